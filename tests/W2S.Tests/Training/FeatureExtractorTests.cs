using TorchSharp;
using W2S.Data;
using W2S.Data.Views;
using W2S.Models;
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
        Assert.Equal([4, 8, 11], seen);
        Assert.Equal([11L, 64], all.Features.shape);
        Assert.Equal([11L, 7], all.Logits.shape);
        Assert.False(all.Features.requires_grad);
        model.eval();
        var direct = model.ForwardFeatures(model.Normalization.Apply(images.Images));
        Assert.True(direct.Logits.allclose(all.Logits, rtol: 1e-4, atol: 1e-4));
        Assert.True(direct.Pooled.allclose(all.Features, rtol: 1e-4, atol: 1e-4));
        var some = all.Subset([10, 2]);
        Assert.True(some.Features[1].Equals(all.Features[2]));
        Assert.Equal(2, some.Count);
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

    private static ImageSet Pictures(int count)
    {
        manual_seed(6);
        return new ImageSet("noise", randint(0, 256, [count, 3, 32, 32], ScalarType.Byte),
            [.. Enumerable.Range(0, count).Select(i => (long)(i % 7))],
            [.. Enumerable.Range(0, 7).Select(i => $"class {i}")]);
    }

    private sealed class Counting(List<int> seen) : IProgress<ExtractionProgress>
    {
        public void Report(ExtractionProgress value) => seen.Add(value.Done);
    }
}
