using W2S.Data;
using W2S.Torch;

namespace W2S.Tests.Data;

public sealed class RandomSplitTests
{
    [Fact]
    public void SeedsAreTheSameOnEveryMachine()
    {
        // SplitMix64 from 0 is published as e220a8397b1dcdaf, 6e789e6aa1b965f4, 06c45d188009454f.
        var random = new SeededRandom(0);
        Assert.Equal([0xe220a8397b1dcdafUL, 0x6e789e6aa1b965f4UL, 0x06c45d188009454fUL],
            new[] { random.NextBits(), random.NextBits(), random.NextBits() });
        Assert.NotEqual(Seeds.Derive(1, Seeds.Shuffling), Seeds.Derive(1, Seeds.Augmentation));
        Assert.NotEqual(Seeds.Derive(1, Seeds.Shuffling), Seeds.Derive(2, Seeds.Shuffling));
        Assert.Equal(10_000,
            Enumerable.Range(0, 100).SelectMany(seed => Enumerable.Range(0, 100).Select(i => Seeds.Derive(seed, i)))
                .Distinct().Count());
    }

    [Fact]
    public void RandomNumbersAreEven()
    {
        var random = new SeededRandom(1);
        var counts = new int[7];
        double sum = 0, squares = 0;
        for (var i = 0; i < 70_000; i++)
        {
            counts[random.Next(7)]++;
            var normal = random.NextNormal();
            (sum, squares) = (sum + normal, squares + normal * normal);
        }
        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400)); // standard deviation 93
        Assert.Equal(0, sum / 70_000, 0.02);
        Assert.Equal(1, squares / 70_000, 0.03);
    }

    [Fact]
    public void PartsAreDisjoint()
    {
        var parts = RandomSplit.Parts(100, 1, 40, 30, 20);
        Assert.Equal([40, 30, 20], parts.Select(part => part.Length));
        Assert.Equal(90, parts.SelectMany(part => part).Distinct().Count());
        Assert.Equal(parts[1], RandomSplit.Parts(100, 1, 40, 30, 20)[1]);
        Assert.NotEqual(parts[1], RandomSplit.Parts(100, 2, 40, 30, 20)[1]);
        var error = Assert.Throws<ArgumentException>(() => RandomSplit.Parts(100, 1, 90, 20));
        Assert.Contains("110", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PerClassTakesTheSameNumberOfEachAndGrows()
    {
        var labels = Enumerable.Range(0, 100).Select(i => (long)(i % 5)).ToArray();
        var (few, more) = (RandomSplit.PerClass(labels, 3, 1), RandomSplit.PerClass(labels, 7, 1));
        Assert.All(few.CountBy(i => labels[i]), pair => Assert.Equal(3, pair.Value));
        Assert.Equal(15, few.Length);
        Assert.Superset(few.ToHashSet(), more.ToHashSet());
        var error = Assert.Throws<ArgumentException>(() => RandomSplit.PerClass(labels, 21, 1));
        Assert.Contains("has 20 images where 21", error.Message, StringComparison.Ordinal);
    }
}
