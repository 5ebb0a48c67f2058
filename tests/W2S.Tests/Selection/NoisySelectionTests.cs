using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;
using W2S.Losses;
using W2S.Selection;
using W2S.Tests.Losses;
using static TorchSharp.torch;

namespace W2S.Tests.Selection;

public sealed class NoisySelectionTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly JsonObject reference = ReferenceFile.Read("noisy_labels.json");

    private Tensor Features => ReferenceFile.Values(reference["features"]!).to_type(ScalarType.Float32);

    private Tensor Labels => ReferenceFile.Values(reference["labels"]!).to_type(ScalarType.Int64);

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(0.75)]
    [InlineData(1)]
    public void NeighboursConfirmTheReferencesLabels(double quantile)
    {
        var found = new NeighbourSelection { Neighbours = 9, Quantile = quantile }.Select(Features, Labels, 4);
        Equal(reference["votes"]!, found.Votes.ToArray(), 1e-5);
        Equal(reference["loss"]!, found.Loss.ToArray(), 1e-5);
        Assert.Equal(
            reference["selected"]![$"{quantile.ToString(System.Globalization.CultureInfo.InvariantCulture)}"]
                .Deserialize<bool[]>()!, found.Selected);
    }

    [Fact]
    public void RowsAreSeenInPiecesWithoutADifference()
    {
        // More rows than one piece holds, in five tight clusters.
        manual_seed(3);
        var labels = arange(2_500, ScalarType.Int64).remainder(5);
        var features = nn.functional.one_hot(labels, 5).to_type(ScalarType.Float32) + 0.1f * randn(2_500, 5);
        var wrong = arange(0, 2_500, 11, ScalarType.Int64);
        var given = labels.clone();
        given[wrong] = (labels[wrong] + 1).remainder(5);
        var found = new NeighbourSelection { Neighbours = 20, Quantile = 0 }.Select(features, given, 5);
        var right = given.eq(labels).data<bool>().ToArray();
        Assert.All(Enumerable.Range(0, 2_500).Where(i => found.Selected[i]), i => Assert.True(right[i]));
        Assert.Equal(5 * Enumerable.Range(0, 5).Min(c => Enumerable.Range(0, 2_500).Count(i => right[i] && i % 5 == c)),
            found.Selected.Count(x => x));
    }

    [Fact]
    public void WhatCannotBeSelectedIsNamed()
    {
        Assert.Contains("60 images",
            Assert.Throws<ArgumentException>(() => new NeighbourSelection().Select(Features, Labels, 4)).Message);
        Assert.Contains("give 60 whole class numbers",
            Assert.Throws<ArgumentException>(
                () => new NeighbourSelection { Neighbours = 3 }.Select(Features, Labels[..5], 4)).Message);
        Assert.Contains("Neighbours 0",
            Assert.Throws<ArgumentOutOfRangeException>(() => new NeighbourSelection { Neighbours = 0 }).Message);
    }

    private static void Equal(JsonNode expected, double[] got, double tolerance)
    {
        var wanted = ReferenceFile.Values(expected).ToArray();
        Assert.Equal(wanted.Length, got.Length);
        Assert.All(wanted.Zip(got), pair => Assert.Equal(pair.First, pair.Second, tolerance));
    }
}
