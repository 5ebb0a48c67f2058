using W2S.Data;
using W2S.Data.Noise;

namespace W2S.Tests.Data.Noise;

public sealed class LabelNoiseTests
{
    private static long[] Clean(int count, int classes) =>
        [.. Enumerable.Range(0, count).Select(i => (long)(i % classes))];

    private static double Changed(IReadOnlyList<long> clean, IReadOnlyList<long> noisy) =>
        clean.Zip(noisy).Count(pair => pair.First != pair.Second) / (double)clean.Count;

    [Fact]
    public void SymmetricNoiseByBothDefinitions()
    {
        var clean = Clean(10_000, 10);
        var all = LabelNoise.Symmetric(clean, 10, 0.2, 1);
        var others = LabelNoise.Symmetric(clean, 10, 0.2, 1, toOthers: true);
        Assert.Equal(0.2, Changed(clean, others));
        Assert.InRange(Changed(clean, all), 0.17, 0.19); // 0.18 expected, standard deviation 0.0013
        var targets =
            Enumerable.Range(0, 10_000).Where(i => others[i] != clean[i]).CountBy(i => others[i]).ToDictionary();
        // 200 each, standard deviation 13
        Assert.All(Enumerable.Range(0, 10), k => Assert.InRange(targets[k], 140, 260));
        Assert.Equal(all, LabelNoise.Symmetric(clean, 10, 0.2, 1));
        Assert.NotEqual(all, LabelNoise.Symmetric(clean, 10, 0.2, 2));
        Assert.Equal(clean, LabelNoise.Symmetric(clean, 10, 0, 1));
    }

    [Fact]
    public void AsymmetricNoiseIsAShareOfEachClassThatHasANextOne()
    {
        var clean = Clean(1000, 10);
        var noisy = LabelNoise.Asymmetric(clean, [0, 1, 0, 2, 3, 2, 4, 0, 5, 1], 0.4, 1);
        Assert.Equal(0.28, Changed(clean, noisy)); // 40 % of the seven classes that are not alone
        (int From, int To)[] moves = [(0, 2), (2, 7), (7, 0), (1, 9), (9, 1), (3, 5), (5, 3)];
        foreach (var (from, to) in moves)
        {
            Assert.Equal(40, Enumerable.Range(0, 1000).Count(i => clean[i] == from && noisy[i] == to));
            Assert.Equal(60, Enumerable.Range(0, 1000).Count(i => clean[i] == from && noisy[i] == from));
        }
        Assert.All(Enumerable.Range(0, 1000).Where(i => clean[i] is 4 or 6 or 8),
            i => Assert.Equal(clean[i], noisy[i]));
    }

    [Fact]
    public void TheNoiseOfCifar100GoesRoundEachSuperClass()
    {
        var next = LabelNoise.Asymmetric(Clean(100, 100), Cifar100.SuperClasses, 1, 0);
        // Super-class 0: beaver 4, dolphin 30, otter 55, seal 72, whale 95.
        Assert.Equal([30L, 55, 72, 95, 4], new[] { 4, 30, 55, 72, 95 }.Select(k => next[k]));
        Assert.Equal(100, next.Distinct().Count());
        Assert.All(Enumerable.Range(0, 100), k =>
        {
            Assert.NotEqual(k, next[k]);
            Assert.Equal(Cifar100.SuperClasses[k], Cifar100.SuperClasses[(int)next[k]]);
        });
    }

    [Fact]
    public void HumanLabelsAreHeldAgainstTheCleanOnes()
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("labels.csv");
        File.WriteAllText(path, "index,clean_label,noisy_label\n0,5,5\n1,7,9\n");
        var labels = HumanLabels.Read(path, [5, 7]);
        Assert.Equal([5L, 9L], labels);
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
        Assert.Equal([5L, 9L, 98L], labels);
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
        Assert.Equal(0.4020, Changed(set.Labels, HumanLabels.Read(labels!, set.Labels)), 0.00005);
    }

    [Fact]
    public void BadInputIsNamed()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LabelNoise.Symmetric([0, 1], 2, 1.2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LabelNoise.Symmetric([0, 1], 2, double.NaN, 1));
        Assert.Throws<ArgumentException>(() => LabelNoise.Symmetric([0, 2], 2, 0.5, 1));
        Assert.Throws<ArgumentException>(() => LabelNoise.Symmetric([0, 0], 1, 0.5, 1));
        Assert.Throws<ArgumentException>(() => LabelNoise.Asymmetric([0, 2], [0, 0], 0.5, 1));
    }
}
