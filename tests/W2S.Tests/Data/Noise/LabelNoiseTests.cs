using W2S.Data;
using W2S.Data.Noise;
using W2S.Data.Shapes;

namespace W2S.Tests.Data.Noise;

public sealed class LabelNoiseTests
{
    private static long[] Clean(int count, int classes) =>
        [.. Enumerable.Range(0, count).Select(i => (long)(i % classes))];

    [Fact]
    public void SymmetricNoiseByBothDefinitions()
    {
        var clean = Clean(10_000, 10);
        var all = LabelNoise.Symmetric(clean, 10, 0.2, 1);
        var others = LabelNoise.Symmetric(clean, 10, 0.2, 1, SymmetricNoise.OverOtherClasses);
        Assert.Equal(0.2, others.RealisedRate);
        Assert.InRange(all.RealisedRate, 0.17, 0.19); // 0.18 expected, standard deviation 0.0013
        var targets =
            Enumerable.Range(0, 10_000).Where(i => others.Labels[i] != clean[i]).CountBy(i => others.Labels[i])
                .ToDictionary();
        // 200 each, standard deviation 13
        Assert.All(Enumerable.Range(0, 10), k => Assert.InRange(targets[k], 140, 260));
        Assert.Equal(all.Labels, LabelNoise.Symmetric(clean, 10, 0.2, 1).Labels);
        Assert.NotEqual(all.Labels, LabelNoise.Symmetric(clean, 10, 0.2, 2).Labels);
        Assert.Equal(clean, LabelNoise.Symmetric(clean, 10, 0, 1).Labels);
    }

    [Fact]
    public void AsymmetricNoiseFollowsTheCifar10Map()
    {
        var clean = Clean(1000, 10);
        var noisy = LabelNoise.Asymmetric(clean, LabelNoise.Cifar10Map, 0.4, 1);
        Assert.Equal(0.2, noisy.RealisedRate); // 40 % of the five classes that move
        (int From, int To)[] moves = [(9, 1), (2, 0), (4, 7), (3, 5), (5, 3)];
        foreach (var (from, to) in moves)
        {
            Assert.Equal(40, Enumerable.Range(0, 1000).Count(i => clean[i] == from && noisy.Labels[i] == to));
            Assert.Equal(60, Enumerable.Range(0, 1000).Count(i => clean[i] == from && noisy.Labels[i] == from));
        }
        Assert.All(Enumerable.Range(0, 1000).Where(i => clean[i] is 0 or 1 or 6 or 7 or 8),
            i => Assert.Equal(clean[i], noisy.Labels[i]));
    }

    [Fact]
    public void TheCifar100MapGoesRoundEachSuperClass()
    {
        // Super-class 0: beaver 4, dolphin 30, otter 55, seal 72, whale 95.
        Assert.Equal([30, 55, 72, 95, 4], new[] { 4, 30, 55, 72, 95 }.Select(k => LabelNoise.Cifar100Map[k]));
        Assert.Equal(100, LabelNoise.Cifar100Map.Distinct().Count());
        Assert.All(Enumerable.Range(0, 100), k =>
        {
            Assert.NotEqual(k, LabelNoise.Cifar100Map[k]);
            Assert.Equal(Cifar100.SuperClasses[k], Cifar100.SuperClasses[LabelNoise.Cifar100Map[k]]);
        });
    }

    [Fact]
    public void InstanceNoiseFollowsTheImage()
    {
        // Two images only, many times: a wrong label then is nearly always the same one for the same image and class.
        using var drawn = ShapeImages.Create(new() { Count = 2, Forms = 2, Colors = 2 }, 1);
        using var set = drawn.Subset([.. Enumerable.Range(0, 4000).Select(i => i % 2)]);
        var noisy = InstanceNoise.Draw(set, 0.4, 5);
        Assert.InRange(noisy.RealisedRate, 0.36, 0.44);
        Assert.Equal(noisy.Labels, InstanceNoise.Draw(set, 0.4, 5).Labels);
        Assert.Equal(set.Labels, InstanceNoise.Draw(set, 0, 5).Labels);
        for (var image = 0; image < 2; image++)
        {
            var wrong =
                Enumerable.Range(0, 4000).Where(i => i % 2 == image && noisy.Labels[i] != set.Labels[i])
                    .CountBy(i => noisy.Labels[i]).ToList();
            Assert.True(wrong.Max(pair => pair.Value) > 0.6 * wrong.Sum(pair => pair.Value));
        }
    }

    [Fact]
    public void HumanLabelsAreHeldAgainstTheCleanOnes()
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("labels.csv");
        File.WriteAllText(path, "index,clean_label,noisy_label\n0,5,5\n1,7,9\n");
        var labels = HumanLabels.Read(path, [5, 7]);
        Assert.Equal([5L, 9L], labels.Labels);
        Assert.Equal(0.5, labels.RealisedRate);
        Assert.Contains("image 1 is of class 7", Message([5, 8]), StringComparison.Ordinal);
        Assert.Contains("2 images where 3", Message([5, 7, 1]), StringComparison.Ordinal);
        Assert.Contains("2 images where 1", Message([5]), StringComparison.Ordinal);
        File.WriteAllText(path, "index,clean_label,noisy_label\n0,5,100\n");
        Assert.Contains("outside 0 … 99", Message([5]), StringComparison.Ordinal);
        File.WriteAllText(path, "index,clean_label,noisy_label\n0;5;10\n");
        Assert.Contains("line 2", Message([5]), StringComparison.Ordinal);

        string Message(long[] clean) =>
            Assert.Throws<InvalidDataException>(() => HumanLabels.Read(path, clean)).Message;
    }

    [Fact]
    public void ThePublishedFormIsReadToo()
    {
        // tests/reference/data_labels.py wrote two NumPy columns the way the published file holds them.
        var path = ReferenceFile.Path("data_labels.pt");
        var labels = HumanLabels.Read(path, [5, 7, 99]);
        Assert.Equal([5L, 9L, 98L], labels.Labels);
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.At("cut.pt"), File.ReadAllBytes(path)[..200]);
        var error = Assert.Throws<InvalidDataException>(() => HumanLabels.Read(folder.At("cut.pt"), [5, 7, 99]));
        Assert.Contains("./w2s data cifar-100n", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheRealHumanLabels()
    {
        var (labels, images) = (HumanLabels.Find(), DataFolder.Find(Cifar100.Folder));
        Assert.SkipWhen(labels is null, DataFolder.Missing(HumanLabels.Published));
        Assert.SkipWhen(images is null, DataFolder.Missing(Cifar100.Folder));
        using var set = Cifar100.Read(images!, DataSplit.Train);
        Assert.Equal(0.4020, HumanLabels.Read(labels!, set.Labels).RealisedRate, 0.00005);
    }

    [Fact]
    public void BadInputIsNamed()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LabelNoise.Symmetric([0, 1], 2, 1.2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LabelNoise.Symmetric([0, 1], 2, double.NaN, 1));
        Assert.Throws<ArgumentException>(() => LabelNoise.Symmetric([0, 2], 2, 0.5, 1));
        Assert.Throws<ArgumentException>(() => LabelNoise.Symmetric([0, 0], 1, 0.5, 1));
        Assert.Throws<ArgumentException>(() => LabelNoise.Asymmetric([0, 1], [1, 2], 0.5, 1));
    }
}
