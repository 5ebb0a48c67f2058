using System.Text.Json;
using TorchSharp;
using W2S.Models;
using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Tests.Models;

/// <summary>The public CIFAR networks give PyTorch's logits and their published accuracies.</summary>
public sealed class PublicWeightsTests
{
    private sealed record GoldenModel(string weights, string model, int classes, long parameters, float[][] logits);

    [Theory]
    [InlineData("cifar100_resnet20.pth")]
    [InlineData("cifar100_resnet32.pth")]
    [InlineData("cifar100_resnet44.pth")]
    [InlineData("cifar100_resnet56.pth")]
    [InlineData("cifar10_resnet20.pth")]
    [InlineData("cifar10_resnet56.pth")]
    public void LogitsAreThoseOfPyTorch(string weights)
    {
        var cases =
            JsonSerializer.Deserialize<GoldenModel[]>(
                File.ReadAllText(RealData.Golden(Path.Combine("models", "logits.json"))))!;
        var golden = cases.Single(entry => entry.weights == weights);
        using var scope = NewDisposeScope();
        var path = RealData.Data("weights", weights);
        var (bytes, _) = RealData.Cifar100Test(golden.logits.Length);
        using var model = ModelCatalogue.Create(golden.model, golden.classes);
        model.Normalization = RealData.NormalizationOf(weights);
        Assert.Equal(golden.parameters, model.ParameterCount());
        var report = model.LoadWeights(path);
        Assert.True(report.Complete, report.ToString());
        model.eval();
        using var nothing = no_grad();
        var logits = model.call(bytes);
        var expected =
            tensor(golden.logits.SelectMany(row => row).ToArray()).view(golden.logits.Length, golden.classes);
        var difference = (logits - expected).abs().max().item<float>();
        Assert.True(difference <= 1e-4, $"{weights}: logits differ by {difference:g3}");
    }

    [Theory]
    [InlineData("cifar100_resnet20.pth", "resnet20", 68.83)]
    [InlineData("cifar100_resnet32.pth", "resnet32", 70.16)]
    [InlineData("cifar100_resnet44.pth", "resnet44", 71.63)]
    [InlineData("cifar100_resnet56.pth", "resnet56", 72.63)]
    public void AccuracyIsThePublishedOne(string weights, string name, double published)
    {
        const int count = 10_000, batch = 250;
        using var scope = NewDisposeScope();
        var path = RealData.Data("weights", weights);
        var (images, labels) = RealData.Cifar100Test(count);
        using var model = ModelCatalogue.Create(name, 100);
        model.Normalization = RealData.NormalizationOf(weights);
        model.LoadWeights(path);
        model.eval();
        using var nothing = no_grad();
        long right = 0;
        for (var start = 0; start < count; start += batch)
        {
            using var step = NewDisposeScope();
            // Channels last: the convolutions of libtorch run a third faster.
            var input = images.narrow(0, start, batch);
            var logits = model.call(input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
            right += logits.argmax(1).eq(labels.narrow(0, start, batch)).sum().item<long>();
        }
        Assert.Equal(published, 100.0 * right / count, 0.02);
    }
}
