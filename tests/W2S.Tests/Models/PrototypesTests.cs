using TorchSharp;
using W2S.Models;
using static TorchSharp.torch;

namespace W2S.Tests.Models;

public sealed class PrototypesTests
{
    [Fact]
    public void PrototypesAndCosinesAreThoseOfTheHandCalculation()
    {
        using var scope = NewDisposeScope();
        var support = tensor(new double[] { 1, 0, 1, 2, -1, 0, -1, 0 }).reshape(4, 2);
        var prototypes = Prototypes.Of(support, 2);
        Assert.Equal([1, 1, -1, 0], prototypes.data<double>().ToArray());

        var cosines =
            Prototypes.Cosines(tensor(new double[] { 0, 2, -3, 4 }).reshape(2, 2), prototypes).data<double>().ToArray();
        double[] hand = [1 / Math.Sqrt(2), 0, 1 / (5 * Math.Sqrt(2)), 0.6];
        Assert.All(hand.Zip(cosines), pair => Assert.Equal(pair.First, pair.Second, 1e-12));

        // Tasks side by side give what each gives alone.
        var two = Prototypes.Of(stack([support, -support]), 2);
        Assert.Equal([2, 2, 2], two.shape);
        Assert.Equal([1, 1, -1, 0, -1, -1, 1, 0], two.flatten().data<double>().ToArray());
    }

    [Fact]
    public void TheScaleMultipliesAndIsLearned()
    {
        using var scope = NewDisposeScope();
        using var head = new CosineHead();
        Assert.Equal(10, head.Scale);
        var logits =
            head.call(tensor(new float[] { 3, 4 }).reshape(1, 2), tensor(new float[] { 1, 0, 0, -2 }).reshape(2, 2));
        Assert.Equal(6, logits[0, 0].item<float>(), 1e-5);
        Assert.Equal(-8, logits[0, 1].item<float>(), 1e-5);
        logits.sum().backward();
        Assert.Equal(-0.2f, head.parameters().Single().grad!.item<float>(), 1e-6);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineHead(0));
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("do not divide into 2 classes",
            Assert.Throws<ArgumentException>(() => Prototypes.Of(zeros(3, 4), 2)).Message);
        Assert.Contains("queries have 4 features and prototypes 5",
            Assert.Throws<ArgumentException>(() => Prototypes.Cosines(zeros(3, 4), zeros(2, 5))).Message);
    }

    [Theory]
    [InlineData(16, 32, 64)]
    [InlineData(32, 48, 288)]
    [InlineData(64, 84, 1600)]
    public void Conv4FollowsWidthAndSide(int width, int side, int features)
    {
        using var scope = NewDisposeScope();
        using var model = new Conv4(10, width, side);
        model.eval();
        Assert.Equal(features, model.FeatureCount);
        Assert.Equal([2, features], model.Features(rand(2, 3, side, side)).shape);
        Assert.Contains("made for images of another side",
            Assert.Throws<ArgumentException>(() => model.Features(rand(2, 3, 112, 112))).Message);
    }

    [Fact]
    public void TheResidualNetworksFollowTheirWidth()
    {
        using var scope = NewDisposeScope();
        using var model = new FewShotResNet(12, 10, 16);
        model.eval();
        Assert.Equal([2, 128], model.Features(rand(2, 3, 32, 32)).shape);
        Assert.Equal("fewshot-resnet12-16", model.ModelName);
        Assert.Throws<ArgumentOutOfRangeException>(() => new FewShotResNet(12, 10, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Conv4(10, 16, 15));
    }
}
