using TorchSharp;
using TorchSharp.Modules;
using W2S.Data;
using W2S.Data.Views;
using W2S.Models;
using W2S.Models.Blocks;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Training;

[Collection(ProcessWide.Name)]
public sealed class FeatureExtractorTests
{
    [Fact]
    public void GivesWhatTheNetworkSaysInEvaluationMode()
    {
        using var scope = NewDisposeScope();
        using var images = Pictures(11);
        manual_seed(4);
        using var model = ModelCatalogue.Create("resnet20", 7);
        model.train();
        var seen = new List<int>();
        using var all = FeatureExtractor.Compute(model, images, batch: 4, new Counting(seen));
        Assert.True(model.training);
        Assert.Equal(3, seen.Count); // batches of 4, 4 and 3, whichever ends first
        Assert.Equal(seen.Order(), seen);
        Assert.Equal(11, seen[^1]);
        Assert.Equal([11L, 64], all.Features.shape);
        Assert.Equal([11L, 7], all.Logits.shape);
        Assert.False(all.Features.requires_grad);
        model.eval();
        var direct = model.ForwardFeatures(model.Normalization.Apply(images.Images));
        Assert.True(direct.Logits.allclose(all.Logits, rtol: 1e-4, atol: 1e-4));
        Assert.True(direct.Pooled.allclose(all.Features, rtol: 1e-4, atol: 1e-4));
        Assert.Equal(11, all.Count);
    }

    [Fact]
    public void CancelsAndChecks()
    {
        using var images = Pictures(4);
        using var model = ModelCatalogue.Create("resnet20", 7);
        Assert.Throws<OperationCanceledException>(
            () => FeatureExtractor.Compute(model, images, token: new CancellationToken(true)));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => FeatureExtractor.Compute(model, images, batch: 0));
    }

    public static TheoryData<string> Networks => [.. ModelCatalogue.All.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Networks))]
    public void FoldedNormsGiveTheNetworksOwnFeatures(string name)
    {
        using var scope = NewDisposeScope();
        var entry = ModelCatalogue.Find(name);
        using var model = entry.Make(7);
        Experienced(model);
        var before = Fingerprint.Of(model);
        using var images = Pictures(3, entry.ImageSize == 224 && !name.StartsWith("vit") ? 96 : entry.ImageSize);
        model.train(); // dropout and the batch's own statistics must not count
        using var features = FeatureExtractor.Compute(model, images, batch: 2);
        Assert.True(model.training);
        Assert.Equal(before, Fingerprint.Of(model));
        Same(model, images, features);
    }

    [Fact]
    public void ChangedWeightsAreMet()
    {
        using var scope = NewDisposeScope();
        using var model = ModelCatalogue.Create("resnet8", 7);
        using var images = Pictures(5);
        Same(model, images, FeatureExtractor.Compute(model, images));
        Experienced(model);
        model.ReplaceHead(7);
        Same(model, images, FeatureExtractor.Compute(model, images));
    }

    [Fact]
    public void OnesOwnModuleRunsAsItIs()
    {
        using var scope = NewDisposeScope();
        using var images = Pictures(70);
        using var model = ImageModel.From(nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(),
            nn.Linear(8 * 30 * 30, 5)), 5);
        Experienced(model);
        Same(model, images, FeatureExtractor.Compute(model, images));
    }

    [Theory]
    [InlineData("resnet20")]
    [InlineData("preactresnet18")]
    public void OtherTypesTakeThePlainOperations(string name)
    {
        using var scope = NewDisposeScope();
        using var model = ModelCatalogue.Create(name, 7);
        Experienced(model);
        model.to(ScalarType.Float64).eval();
        var images = randn(2, 3, 32, 32, ScalarType.Float64);
        using var folded = new FoldedNorms();
        var (own, other) = (model.ForwardFeatures(images), folded.Run(() => model.ForwardFeatures(images)));
        Assert.True(own.Logits.allclose(other.Logits, rtol: 1e-10, atol: 1e-10));
        Assert.True(own.Logits.requires_grad);
        Assert.False(other.Logits.requires_grad);
    }

    // Norms as after a training: no factor is 1 and no shift 0.
    private static void Experienced(ImageModel model)
    {
        using var _ = no_grad();
        manual_seed(8);
        foreach (var norm in model.modules().OfType<BatchNorm2d>())
        {
            norm.weight!.uniform_(0.5, 1.5);
            norm.bias!.normal_(0, 0.3);
            norm.running_mean!.normal_(0, 0.3);
            norm.running_var!.uniform_(0.5, 2);
        }
    }

    private static void Same(ImageModel model, ImageSet images, ImageFeatures features)
    {
        using var _ = no_grad();
        model.eval();
        var own = model.ForwardFeatures(images.Images);
        foreach (var (expected, actual) in new[] { (own.Pooled, features.Features), (own.Logits, features.Logits) })
        {
            var largest = expected.abs().max().item<float>();
            var difference = (expected - actual).abs().max().item<float>() / largest;
            Assert.True(largest > 0 && difference <= 1e-5f, $"off by {difference:g2} of the largest, {largest:g2}");
        }
    }

    private static ImageSet Pictures(int count, int side = 32)
    {
        manual_seed(6);
        return new ImageSet("noise", randint(0, 256, [count, 3, side, side], ScalarType.Byte),
            [.. Enumerable.Range(0, count).Select(i => (long)(i % 7))],
            [.. Enumerable.Range(0, 7).Select(i => $"class {i}")]);
    }

    private sealed class Counting(List<int> seen) : IProgress<ExtractionProgress>
    {
        public void Report(ExtractionProgress value) => seen.Add(value.Done);
    }
}
