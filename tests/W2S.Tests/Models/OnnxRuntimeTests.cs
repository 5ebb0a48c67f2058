using System.Text.Json;
using TorchSharp;
using W2S.Data.Views;
using W2S.Experiments;
using W2S.Models;
using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Tests.Models;

/// <summary>The ImageNet ResNet-18 of ML.NET's package gives ONNX Runtime's numbers
/// (tests/reference/onnx_features.cs).</summary>
public sealed class OnnxRuntimeTests
{
    private const float Tolerance = 1e-5f; // of the largest

    private sealed record Stage(float largest, float[] values);

    private sealed record Case(int size, int image, float largest, float[] features, Stage[] stages);

    [Fact]
    public void FeaturesOfEveryStageAreThoseOfOnnxRuntime()
    {
        RealData.Data("imagenet-resnet18", "ResNet18.onnx");
        var cases = JsonSerializer.Deserialize<Case[]>(
            File.ReadAllText(Path.Combine(RealData.Root(), "tests", "reference", "onnx_features.json")))!;
        Assert.Equal([96, 128, 224], cases.Select(one => one.size).Distinct());
        using var network = FrozenNetwork.Public("imagenet_resnet18");
        network.Model.eval();
        var worst = 0f;
        foreach (var one in cases)
        {
            using var scope = NewDisposeScope();
            using var nothing = no_grad();
            var images = tensor(Pixels(one.image, one.size)).view(1, 3, one.size, one.size);
            var output = network.Model.ForwardFeatures(images);
            var features = output.Pooled.data<float>().ToArray();
            Compare(one, "feature", one.features, [.. features.Where((_, index) => index % 16 == 0)], one.largest);
            Assert.Equal(one.stages.Length, output.Stages.Count);
            foreach (var (index, (expected, map)) in one.stages.Zip(output.Stages).Index())
            {
                var (channels, height, width) = (map.shape[1], map.shape[2], map.shape[3]);
                float[] values = [.. Enumerable.Range(0, 8).Select(place => place % 2 == 0
                    ? map[0, place * channels / 8, height / 2, width / 2].item<float>()
                    : map[0, place * channels / 8, height - 1, width - 1].item<float>())];
                Compare(one, $"stage {index}", expected.values, values, expected.largest);
            }
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"largest difference {worst:g2} of the largest value");

        void Compare(Case one, string what, float[] expected, float[] actual, float largest)
        {
            var difference = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() / largest;
            worst = Math.Max(worst, difference);
            Assert.True(difference <= Tolerance,
                $"image {one.image} of {one.size} pixels, {what}: off by {difference:g2} of the largest");
        }
    }

    [Fact]
    public void TheMeansAreThoseOfTheMeanImage()
    {
        using var scope = NewDisposeScope();
        var image = MappedFile.Read(
            RealData.Data("imagenet-resnet18", "ResNetPreprocess.onnx"), OnnxFile.Parse).Tensors["MeanImage"];
        Assert.Equal([1L, 3, 224, 224], image.shape);
        var means = image.to(ScalarType.Float64).mean([2L, 3]).data<double>().ToArray(); // blue, green, red
        var (red, green, blue) = Normalization.Cntk.Mean;
        foreach (var (expected, actual) in means.Zip([blue, green, red]))
            Assert.Equal(expected, 255.0 * actual, 1e-4);
    }

    [Theory]
    [InlineData(112, 112)]
    [InlineData(96, 100)]
    public void OtherSizesAreRefused(int height, int width)
    {
        using var scope = NewDisposeScope();
        using var model = ModelCatalogue.Create("resnet18-cntk", 1);
        Assert.Contains($"images of {height} × {width} pixels: resnet18-cntk",
            Assert.Throws<ArgumentException>(() => model.Features(zeros(1, 3, height, width))).Message);
        Assert.Equal([1L, 512], model.Features(zeros(1, 3, 32, 64)).shape);
    }

    [Fact]
    public void WhatItHasSeenIsSaidWithoutItsFile() =>
        Assert.Equal("ImageNet's 1.28 million training images with their 1,000 true labels",
            new PublicNetwork("imagenet_resnet18").Seen);

    // As in onnx_features.cs; channel 0 is red.
    private static byte[] Pixels(int image, int size)
    {
        var bytes = new byte[3 * size * size];
        for (var index = 0; index < bytes.Length; index++)
        {
            var (channel, y, x) = (index / (size * size), index / size % size, index % size);
            bytes[index] = (byte)(x * (channel + 2) + y * (5 - channel) + ((x * y) >> (3 + image)) + 60 * image);
        }
        return bytes;
    }
}
