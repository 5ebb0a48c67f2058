using W2S.Analysis;
using W2S.Data;
using W2S.Data.Noise;

namespace W2S.Tests.Analysis;

public sealed class NoiseMapTests
{
    [Fact]
    public void CountsWhatWasGiven()
    {
        var map = NoiseMap.Of([0, 0, 0, 0, 1, 1, 2], [0, 1, 1, 2, 1, 1, 0], 3);
        Assert.Equal(new long[,] { { 1, 2, 1 }, { 0, 2, 0 }, { 1, 0, 0 } }, map.Counts);
        Assert.Equal(7, map.Count);
        Assert.Equal(4 / 7.0, map.RealisedRate, 1e-12);
        Assert.Equal(0.5, map.Share(0, 1), 1e-12);
        Assert.Equal((2 / 3.0 + 1) / 2, map.Concentration, 1e-12);
    }

    [Fact]
    public void TellsNoiseThatGoesOneWayFromNoiseThatGoesEverywhere()
    {
        var labels = Enumerable.Range(0, 40_000).Select(i => (long)(i % 100)).ToArray();
        var oneWay = NoiseMap.Of(labels, LabelNoise.Asymmetric(labels, Cifar100.SuperClasses, 0.4, 1), 100);
        var everywhere = NoiseMap.Of(labels, LabelNoise.Symmetric(labels, 100, 0.4, 1), 100);
        Assert.Equal((0.4, 1.0), (oneWay.RealisedRate, oneWay.Concentration));
        Assert.InRange(everywhere.RealisedRate, 0.39, 0.4);
        Assert.InRange(everywhere.Concentration, 0.01, 0.06);
    }

    [Fact]
    public void CleanLabelsHaveNoNoise() =>
        Assert.Equal((0.0, 0.0),
            NoiseMap.Of([0, 1], [0, 1], 2) is var map ? (map.RealisedRate, map.Concentration) : default);

    [Fact]
    public void BadInputIsNamed()
    {
        Assert.Contains("given[0] is 3", Assert.Throws<ArgumentException>(() => NoiseMap.Of([0], [3], 3)).Message);
        Assert.Contains("empty", Assert.Throws<ArgumentException>(() => NoiseMap.Of([], [], 3)).Message);
        Assert.ThrowsAny<ArgumentException>(() => NoiseMap.Of([0, 1], [0], 3));
    }
}
