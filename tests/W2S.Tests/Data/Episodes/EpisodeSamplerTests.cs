using TorchSharp;
using W2S.Data;
using W2S.Data.Episodes;
using static TorchSharp.torch;

namespace W2S.Tests.Data.Episodes;

public sealed class EpisodeSamplerTests
{
    private static ImageSet Set(params int[] perClass)
    {
        long[] labels = [.. perClass.SelectMany((count, label) => Enumerable.Repeat((long)label, count))];
        // In an order that is not class by class.
        var order = RandomSplit.Permutation(labels.Length, 5);
        return new ImageSet("toys", zeros(labels.Length, 3, 2, 2, ScalarType.Byte), [.. order.Select(i => labels[i])],
            [.. perClass.Select((_, i) => $"toy {i}")]);
    }

    [Fact]
    public void ATaskHasKAndQDifferentImagesOfEachOfNClasses()
    {
        using var set = Set([.. Enumerable.Repeat(25, 7)]);
        var sampler = new EpisodeSampler(set, new EpisodeOptions { Ways = 4, Shots = 3, Queries = 6 }, 1);
        for (var number = 0; number < 50; number++)
        {
            var task = sampler.Draw(number);
            Assert.Equal(4, task.Classes.Distinct().Count());
            Assert.Equal(12, task.Support.Count);
            Assert.Equal(24, task.Query.Count);
            Assert.Equal(36, task.Support.Concat(task.Query).Distinct().Count());
            Assert.Equal(task.Support.Select((_, i) => task.Classes[i / 3]),
                task.Support.Select(position => set.Labels[position]));
            Assert.Equal(task.QueryLabels.Select(label => task.Classes[(int)label]),
                task.Query.Select(position => set.Labels[position]));
        }
    }

    [Fact]
    public void ATaskIsAPureFunctionOfSeedAndNumber()
    {
        using var set = Set([.. Enumerable.Repeat(20, 6)]);
        string Text(EpisodeSampler sampler, long number) =>
            string.Join(",",
                [.. sampler.Draw(number).Classes, .. sampler.Draw(number).Support, .. sampler.Draw(number).Query]);
        var (forward, backward) = (new EpisodeSampler(set, new EpisodeOptions(), 3),
            new EpisodeSampler(set, new EpisodeOptions(), 3));
        var there = Enumerable.Range(0, 20).Select(number => Text(forward, number)).ToArray();
        var back = Enumerable.Range(0, 20).Reverse().Select(number => Text(backward, number)).Reverse().ToArray();

        Assert.Equal(there, back);
        Assert.Equal(20, there.Distinct().Count());
        Assert.NotEqual(there[0], Text(new EpisodeSampler(set, new EpisodeOptions(), 4), 0));
    }

    // Committed results were judged by these tasks: they must be the same on every machine and in every version.
    [Fact]
    public void TheFirstTaskIsTheSameOnEveryMachine()
    {
        using var set = Set(4, 4, 4);
        var task = new EpisodeSampler(set, new EpisodeOptions { Ways = 2, Shots = 1, Queries = 2 }, 0).Draw(0);

        Assert.Equal(Expected, string.Join(" ", [.. task.Classes, .. task.Support, .. task.Query]));
    }

    private const string Expected = "1 0 5 7 11 3 2 9";

    [Fact]
    public void EveryClassAndImageIsDrawnAboutEquallyOften()
    {
        using var set = Set(20, 20, 20, 20, 20, 20, 20, 20, 20, 20);
        var sampler = new EpisodeSampler(set, new EpisodeOptions { Ways = 5, Shots = 5, Queries = 5 }, 9);
        var tasks = Enumerable.Range(0, 2_000).Select(number => sampler.Draw(number)).ToArray();
        // 2,000 tasks · ½: each class 1,000 ± 22 times, each image of it 500 ± 19.
        Assert.All(tasks.SelectMany(task => task.Classes).CountBy(label => label),
            count => Assert.InRange(count.Value, 890, 1_110));
        Assert.All(tasks.SelectMany(task => task.Support.Concat(task.Query)).CountBy(position => position),
            count => Assert.InRange(count.Value, 400, 600));
    }

    [Fact]
    public void ASetWithTooFewImagesIsRefusedByName()
    {
        using var set = Set(20, 12, 20, 20, 20);
        var few = Assert.Throws<ArgumentException>(() => new EpisodeSampler(set, new EpisodeOptions(), 0));
        Assert.StartsWith(
            "class 'toy 1' of toys has 12 images where a task wants 1 to learn from and 15 to judge by; give fewer "
            + "Shots or Queries, or leave the class out", few.Message);
        var narrow =
            Assert.Throws<ArgumentException>(
                () => new EpisodeSampler(set, new EpisodeOptions { Ways = 6, Queries = 3 }, 0));
        Assert.StartsWith("toys has images of 5 classes where a task wants 6", narrow.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpisodeOptions { Ways = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpisodeOptions { Shots = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpisodeOptions { Queries = 0 });
    }

    [Fact]
    public void PartsByClassAreRelabelled()
    {
        using var set = Set(2, 3, 4);
        using var part = set.OfClasses([2, 0]);

        Assert.Equal(["toy 2", "toy 0"], part.ClassNames);
        Assert.Equal(set.Labels.Where(label => label != 1).Select(label => label == 2 ? 0L : 1L), part.Labels);
        Assert.Contains("stands twice", Assert.Throws<ArgumentException>(() => set.OfClasses([1, 1])).Message);
        Assert.Contains("class 3 is outside 0 … 2", Assert.Throws<ArgumentException>(() => set.OfClasses([3])).Message);
    }
}
