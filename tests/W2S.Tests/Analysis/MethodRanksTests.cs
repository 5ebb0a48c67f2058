using W2S.Analysis;

namespace W2S.Tests.Analysis;

/// <summary>Against SciPy 1.10.1, friedmanchisquare and wilcoxon(mode="exact"), and against counts of all orders of
/// ranks and all 2ⁿ patterns of signs.</summary>
public sealed class MethodRanksTests
{
    private static readonly (string Method, IReadOnlyList<double> Scores)[] Methods =
    [
        ("Soft labels", [74.2, 62.6, 51.1, 70.1, 36.5, 48.0]),
        ("KD", [74.9, 63.1, 50.2, 70.3, 36.6, 48.0]),
        ("AugConf", [75.4, 62.6, 49.8, 70.0, 35.0, 48.0]),
        ("AdaptConf", [74.7, 63.4, 51.6, 70.9, 36.4, 49.5]),
    ];

    [Fact]
    public void RanksWithTiesAreThoseOfFriedmansTest()
    {
        var ranks = MethodRanks.Of(Methods);

        Assert.Equal([2.91666667, 2.16666667, 3.25, 1.66666667], ranks.MeanRanks.Select(rank => Math.Round(rank, 8)));
        Assert.Equal(6.054545454545467, ranks.ChiSquare, 1e-12);
        Assert.Equal(856716 / Math.Pow(24, 5), ranks.PValue, 1e-12);
        Assert.Equal(6, ranks.Settings);
    }

    [Fact]
    public void MethodsThatNeverDifferAreNotToldApart()
    {
        var ranks = MethodRanks.Of([("a", [1, 2, 3]), ("b", [1, 2, 3]), ("c", [1, 2, 3])]);

        Assert.Equal([2, 2, 2], ranks.MeanRanks);
        Assert.Equal(1, ranks.PValue);
    }

    [Fact]
    public void RanksThatAreAlwaysTheSameAreAsLikelyAsTheirOrders()
    {
        Assert.Equal(1 / Math.Pow(2, 2), MethodRanks.Of([("a", [2, 3, 4]), ("b", [1, 2, 3])]).PValue, 1e-12);
        Assert.Equal(1 / Math.Pow(6, 3),
            MethodRanks.Of([("a", [3, 4, 5, 6]), ("b", [2, 3, 4, 5]), ("c", [1, 2, 3, 4])]).PValue, 1e-12);
    }

    // Eight methods: 40,320 orders of two settings are all gone through, those of three are drawn.
    [Fact]
    public void ManyOrdersAreDrawn()
    {
        (string, IReadOnlyList<double>)[] Rank(params double[][] settings) =>
            [.. Enumerable.Range(0, 8).Select(
                i => ($"{i}", (IReadOnlyList<double>)[.. settings.Select(ranks => -ranks[i])]))];
        double[] first = [1, 2, 3, 4, 5, 6, 7, 8], second = [2, 1, 4, 3, 6, 5, 8, 7], third = [3, 1, 8, 2, 4, 7, 5, 6];

        Assert.Equal(4_900 / 40_320.0, MethodRanks.Of(Rank(first, third)).PValue, 1e-12);
        Assert.InRange(MethodRanks.Of(Rank(first, second, third)).PValue, .0025, .0038); // of all orders: 0.00315
        Assert.Equal(1 / 100_001.0, MethodRanks.Of(Rank(first, first, first)).PValue, 1e-12);
        Assert.Equal(MethodRanks.Of(Rank(first, second, third)).PValue,
            MethodRanks.Of(Rank(first, second, third)).PValue);
    }

    [Theory]
    [InlineData(0, .0625)]
    [InlineData(1, .15625)]
    [InlineData(2, .0625)]
    public void SignedRanksAreExact(int other, double p) => Assert.Equal(p, Ranks.SignedPValue(
        Statistics.Differences(Methods[3].Scores, Methods[other].Scores)), 1e-12);

    [Fact]
    public void SettingsWithoutADifferenceAreLeftOut()
    {
        Assert.Equal(0.1484375, Ranks.SignedPValue([1.1, 2.3, -.4, 3.2, 0, .9, 1.5, -2.2, .7]), 1e-12);
        Assert.Equal(1, Ranks.SignedPValue([0, 0]));
    }

    [Fact]
    public void HolmsValuesByHand() =>
        Assert.Equal([.03, .06, .06, .02], Statistics.Holm([.01, .04, .03, .005]).Select(p => Math.Round(p, 12)));

    [Fact]
    public void BadInputIsNamed()
    {
        Assert.Contains("1 methods cannot be ranked",
            Assert.Throws<ArgumentException>(() => MethodRanks.Of([Methods[0]])).Message);
        Assert.Contains("KD",
            Assert.Throws<ArgumentException>(() => MethodRanks.Of([("Soft labels", [1, 2]), ("KD", [1])])).Message);
        Assert.Contains("1 setting",
            Assert.Throws<ArgumentException>(() => MethodRanks.Of([("a", [1]), ("b", [2])])).Message);
        Assert.Contains("p-value 2",
            Assert.Throws<ArgumentOutOfRangeException>(() => Statistics.Holm([.1, 2])).Message);
    }
}
