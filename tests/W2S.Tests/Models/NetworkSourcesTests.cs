using TorchSharp;
using W2S.Data;
using W2S.Data.Shapes;
using W2S.Models;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Models;

/// <summary>A network that looks at its images at another size, or is read out at one of its stages.</summary>
[Collection(ProcessWide.Name)]
public sealed class NetworkSourcesTests
{
    private static readonly CatalogueNetwork Network = new("resnet8");

    [Theory]
    [InlineData(null, 64)]
    [InlineData(0, 16)] // the stem, on whose map the first block's sum would be made
    [InlineData(1, 16)]
    [InlineData(2, 32)]
    [InlineData(3, 64)]
    public void FeaturesAreThoseOfThePlainPassAtThatSizeAndStage(int? stage, int count)
    {
        using var scope = NewDisposeScope();
        using var images = ShapeImages.Create(new ShapesOptions { Count = 6, Difficulty = .5 }, seed: 1);
        using var adapted = Network.At(size: 24, stage).Create(5, seed: 3);
        using var plain = ((AdaptedModel)adapted).children().OfType<ImageModel>().Single();
        adapted.eval();

        using var seen = FeatureExtractor.Compute(adapted, images);

        using var off = no_grad();
        var output = plain.ForwardFeatures(nn.functional.interpolate(plain.Normalization.Apply(images.Images),
            size: [24, 24], mode: InterpolationMode.Bilinear, align_corners: false));
        var expected = stage is { } at ? output.Stages[at].mean([2L, 3]) : output.Pooled;
        Assert.Equal([6, count], seen.Features.shape);
        Assert.Equal(count, adapted.FeatureCount);
        Assert.True((seen.Features - expected).abs().max().item<float>() <= 1e-5f * expected.abs().max().item<float>());
        Assert.True((seen.Logits - output.Logits).abs().max().item<float>() <= 1e-5f);
    }

    [Fact]
    public void SizeAndStageAreInItsNameAndItsSeedInItsWeights()
    {
        Assert.Equal("resnet8 at 24×24, stage 2", Network.At(24, 2).Title);
        Assert.NotEqual(Network.At(24), Network.At(32));
        using var scope = NewDisposeScope();
        using var one = Network.At(24).Create(5, seed: 3);
        using var same = Network.At(24).Create(5, seed: 3);
        using var other = Network.At(24).Create(5, seed: 4);
        Assert.True(First(one).equal(First(same)).all().item<bool>());
        Assert.False(First(one).equal(First(other)).all().item<bool>());

        static Tensor First(ImageModel model) => model.parameters().First();
    }

    [Fact]
    public void WhatThereIsNotIsNamed()
    {
        Assert.Contains("size 0 is not positive",
            Assert.Throws<ArgumentOutOfRangeException>(() => Network.At(0)).Message);
        Assert.Contains("resnet8 has no stage 4; give 0 (the stem) to 3",
            Assert.Throws<ArgumentOutOfRangeException>(() => Network.At(stage: 4).Create(5, 0)).Message);
    }
}
