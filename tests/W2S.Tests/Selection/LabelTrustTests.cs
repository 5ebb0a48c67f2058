using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;
using W2S.Analysis;
using W2S.Selection;
using W2S.Tests.Losses;
using static TorchSharp.torch;

namespace W2S.Tests.Selection;

/// <summary>Ways to tell right labels from wrong ones, against plain Python.</summary>
public sealed class LabelTrustTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly JsonObject reference = ReferenceFile.Read("label_trust.json");

    private Tensor Logits => ReferenceFile.Values(reference["logits"]!);

    private Tensor Labels => Numbers("labels");

    private bool[] Right => [.. Labels.data<long>().Zip(Numbers("truth").data<long>(), (a, b) => a == b)];

    public void Dispose() => scope.Dispose();

    [Fact]
    public void ConfidentLearningEqualsTheReference()
    {
        var found = ConfidentLearning.Find(Logits, Labels);
        Equal("thresholds", found.Thresholds, 1e-12);
        Equal("joint", [.. found.Joint.Cast<double>()], 1e-10);
        Equal("trust", found.Trust, 1e-12);
        Assert.Equal(Bools("kept"), found.Kept);
    }

    /// <summary>Nobody is labelled 3: it has no threshold that an image could reach, and is nobody's class.</summary>
    [Fact]
    public void AClassWithoutLabelsIsNobodys()
    {
        var found = ConfidentLearning.Find(Logits[..6], tensor(new long[] { 0, 0, 1, 1, 2, 2 }));
        Assert.Equal(1, found.Thresholds[3]);
        Assert.All(Enumerable.Range(0, 3), label => Assert.Equal(0, found.Joint[label, 3]));
        Assert.Equal(6, found.Joint.Cast<double>().Sum(), 1e-9);
    }

    [Fact]
    public void LearnedTrustEqualsTheReference()
    {
        var evidence = reference["evidence"].Deserialize<double[][]>()!;
        var trust = LabelTrust.Learn(evidence, Right);
        Equal("weights", trust.Weights, 1e-7);
        Equal("learned", trust.Of(evidence), 1e-7);
        Assert.Contains("of which 40 are right", Error(() => LabelTrust.Learn(evidence, [.. Right.Select(_ => true)])));
        Assert.Contains("not finite", Error(() => LabelTrust.Learn([[double.NaN], [1]], [true, false])));
        Assert.Contains("differ in length", Error(() => LabelTrust.Learn([[1, 2], [1]], [true, false])));
    }

    [Fact]
    public void MixtureEqualsTheReference()
    {
        var fit = LossMixture.Fit(reference["losses"].Deserialize<double[]>()!);
        Equal("means", [fit.Means.Low, fit.Means.High], 1e-4);
        Equal("deviations", [fit.Deviations.Low, fit.Deviations.High], 1e-4);
        Equal("mixture", [fit.Weights.Low, fit.Weights.High], 1e-4);
        Equal("clean", fit.Clean, 1e-3);
        Assert.Contains("1 losses", Error(() => LossMixture.Fit([1])));
        Assert.Contains("all losses are 2", Error(() => LossMixture.Fit([2, 2])));
    }

    [Fact]
    public void ConformalSetsEqualTheReference()
    {
        var rule = ConformalSets.Fit(Logits[..20], Numbers("truth")[..20], .1);
        Assert.Equal((double)reference["least"]!, rule.Least, 1e-12);
        Assert.Equal(Bools("sets"), rule.Of(Logits[20..]).data<bool>().ToArray());
        Assert.Contains("miss 0", Error(() => ConformalSets.Fit(Logits, Numbers("truth"), 0)));
    }

    /// <summary>Twenty images cannot promise one miss in a hundred: all classes are in every set.</summary>
    [Fact]
    public void TooFewImagesPromiseOnlyEverything() =>
        Assert.True(ConformalSets.Fit(Logits[..20], Numbers("truth")[..20], .01).Of(Logits).all().item<bool>());

    [Fact]
    public void AreaUnderTheDetectionCurveCountsPairs()
    {
        Assert.Equal((double)reference["auc"]!,
            SelectionQuality.Auc(reference["score"].Deserialize<double[]>()!, Right), 1e-12);
        Assert.Equal(1, SelectionQuality.Auc([3, 2, 1], [true, true, false]));
        Assert.True(double.IsNaN(SelectionQuality.Auc([3, 2], [true, true])));
    }

    private static string Error(Action act) => Assert.ThrowsAny<ArgumentException>(act).Message;

    private Tensor Numbers(string name) => ReferenceFile.Values(reference[name]!).to_type(ScalarType.Int64);

    private bool[] Bools(string name) => reference[name].Deserialize<bool[]>()!;

    private void Equal(string name, IReadOnlyList<double> got, double tolerance)
    {
        var wanted = reference[name].Deserialize<double[]>()!;
        Assert.Equal(wanted.Length, got.Count);
        Assert.All(wanted.Zip(got), pair => Assert.Equal(pair.First, pair.Second, tolerance));
    }
}
