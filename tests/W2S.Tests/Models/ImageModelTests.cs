using TorchSharp;
using W2S.Models;
using static TorchSharp.torch;

namespace W2S.Tests.Models;

/// <summary>What every network of the catalogue promises, tried on those of small images.</summary>
public sealed class ImageModelTests
{
    public static TheoryData<string> Small =>
        [.. ModelCatalogue.All.Where(entry => entry.ImageSize == 32 && entry.Parameters < 4_000_000).Select(
            entry => entry.Name), "conv4"];

    [Theory]
    [MemberData(nameof(Small))]
    public void ShapesHeadAndGradients(string name)
    {
        using var scope = NewDisposeScope();
        var entry = ModelCatalogue.Find(name);
        using var model = entry.Make(7);
        Assert.Equal(7, model.Classes);
        var images = randn(2, 3, entry.ImageSize, entry.ImageSize);
        model.eval();
        var output = model.ForwardFeatures(images);
        Assert.Equal([2L, 7], output.Logits.shape);
        Assert.Equal([2L, model.FeatureCount], output.Pooled.shape);
        Assert.InRange(output.Stages.Count, 4, 5);
        Assert.True(output.Logits.Equals(model.call(images)), "forward and ForwardFeatures differ");
        Assert.True(output.Pooled.Equals(model.Features(images)), "Features and ForwardFeatures differ");

        model.ReplaceHead(3);
        Assert.Equal(3, model.Classes);
        Assert.Equal([3L], model.state_dict()[$"{model.HeadKey}.bias"].shape);
        model.train();
        model.call(images).sum().backward();
        Assert.All(model.named_parameters(),
            entry => Assert.True(entry.parameter.grad is not null, $"{entry.name} has no gradient"));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.ReplaceHead(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => entry.Make(0));
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void ChannelsLastGoesThroughAndGivesTheSame(string name)
    {
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        var entry = ModelCatalogue.Find(name);
        using var model = entry.Make(10);
        model.eval();
        var images = randn(2, 3, entry.ImageSize, entry.ImageSize);
        var plain = model.ForwardFeatures(images);
        var last = model.ForwardFeatures(images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
        foreach (var (one, other) in plain.Stages.Append(plain.Logits).Zip(last.Stages.Append(last.Logits)))
        {
            var difference = (one - other).abs().max().item<float>() / one.abs().max().item<float>();
            Assert.True(difference <= 1e-4f, $"[{string.Join(", ", one.shape)}] differs by {difference}");
        }
        if (!model.TakesChannelsLast)
            return;
        foreach (var stage in last.Stages.Where(stage => stage.dim() == 4))
            Assert.True(stage.stride(1) == 1,
                $"a stage of shape [{string.Join(", ", stage.shape)}] has strides "
                + $"[{string.Join(", ", stage.stride())}]");
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void NoTensorOutlivesTheCall(string name)
    {
        var entry = ModelCatalogue.Find(name);
        using var model = entry.Make(10);
        using var images = randn(2, 3, entry.ImageSize, entry.ImageSize);
        using (NewDisposeScope())
            model.call(images);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (NewDisposeScope())
        {
            model.call(images);
            model.ForwardFeatures(images);
            model.Features(images);
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    /// <summary>A convolution that this machine's libtorch computes wrongly, or whose gradients it does, must be none
    /// of a network's.</summary>
    [Theory]
    [InlineData("resnet20")]
    [InlineData("resnet8x4")]
    [InlineData("wrn-16-1")]
    [InlineData("wrn-16-2")]
    [InlineData("vgg8")]
    [InlineData("vgg13")]
    [InlineData("shufflenet-v1")]
    [InlineData("shufflenet-v2")]
    [InlineData("mobilenet-v2")]
    [InlineData("mobilenet-v1")]
    [InlineData("fewshot-resnet12")]
    public void ConvolutionsAreThoseOfDoublePrecision(string name)
    {
        using var model = ModelCatalogue.Create(name, 10);
        var layers = model.modules().OfType<TorchSharp.Modules.Conv2d>()
            .DistinctBy(
                layer => (layer.in_channels, layer.out_channels, layer.kernel_size[0], layer.stride[0], layer.groups));
        List<string> wrong = [];
        foreach (var layer in layers)
        {
            using var scope = NewDisposeScope();
            var input = randn(4, layer.in_channels, 8, 8);
            var exact = Convolve(layer, input, ScalarType.Float64, last: false);
            foreach (var last in model.TakesChannelsLast ? [false, true] : new[] { false })
            {
                foreach (var ((what, expected), (_, actual)) in exact.Zip(
                    Convolve(layer, input, ScalarType.Float32, last)))
                {
                    var difference = (expected - actual).abs().max().item<double>()
                        / expected.abs().max().item<double>();
                    if (!(difference < 1e-4))
                    {
                        wrong.Add($"{what} of {layer.in_channels} → {layer.out_channels}, kernel "
                            + $"{layer.kernel_size[0]}, stride {layer.stride[0]}, " +
                            $"{layer.groups} groups{(last ? ", channels last" : "")}: {difference:g2}");
                    }
                }
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static (string What, Tensor Value)[] Convolve(TorchSharp.Modules.Conv2d layer, Tensor images,
        ScalarType type, bool last)
    {
        var input = images.to(type);
        if (last)
            input = input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        input = input.detach().requires_grad_();
        var weight = layer.weight.detach().to(type).clone().requires_grad_();
        var output =
            nn.functional.conv2d(input, weight, layer.bias?.detach().to(type), layer.stride, layer.padding, [1, 1],
                layer.groups);
        // A gradient that differs from place to place.
        (output * output).sum().backward();
        return [("output", output.detach().to(ScalarType.Float64)),
            ("input gradient", input.grad!.to(ScalarType.Float64)),
            ("weight gradient", weight.grad!.to(ScalarType.Float64))];
    }

    [Fact]
    public void ConvolutionsStartAsTheReferenceDoes()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var model = ModelCatalogue.Create("resnet32x4", 100);
        var weight = model.state_dict()["layer3.1.conv1.weight"]; // 256 × 256 × 3 × 3
        Assert.Equal(Math.Sqrt(2.0 / (256 * 9)), weight.std().item<float>(), 1e-3);
        Assert.Equal(1f, model.state_dict()["bn1.weight"].min().item<float>());
        using var transformer = ModelCatalogue.Create("vit-tiny-32", 100);
        Assert.Equal(0.02, transformer.state_dict()["blocks.0.mlp.fc1.weight"].std().item<float>(), 1e-3);
        using var vgg = ModelCatalogue.Create("vgg8", 100);
        Assert.Equal(0.01, vgg.state_dict()["classifier.weight"].std().item<float>(), 1e-3);
        Assert.Equal(0f, vgg.state_dict()["classifier.bias"].abs().max().item<float>());
    }

    [Fact]
    public void NamesAreForgivingAndUnknownOnesAreListed()
    {
        Assert.Equal("wrn-16-2", ModelCatalogue.Find("WRN_16_2").Name);
        Assert.Equal("resnet20", ModelCatalogue.Find("ResNet20").Name);
        Assert.Contains("resnet56, resnet110",
            Assert.Throws<ArgumentException>(() => ModelCatalogue.Create("resnet21", 10)).Message);
        Assert.Equal(ModelCatalogue.All.Count, ModelCatalogue.All.Select(entry => entry.Name).Distinct().Count());
    }

    [Fact]
    public void DepthsThatDoNotExistAreRefused()
    {
        Assert.Contains("depth 21 is not 6n + 2",
            Assert.Throws<ArgumentOutOfRangeException>(() => ResNet.Cifar(21, 10)).Message);
        Assert.Contains("depth 17 is not 6n + 4",
            Assert.Throws<ArgumentOutOfRangeException>(() => new WideResNet(17, 1, 10)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => ResNet.ImageNet(101));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Vgg(16, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PreActResNet(50, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FewShotResNet(50));
    }

    [Fact]
    public void ProjectionsHaveLengthOne()
    {
        using var scope = NewDisposeScope();
        using var model = new PreActResNet(18, 10, projected: 128);
        var projected = model.Project(randn(3, 512));
        Assert.Equal([3L, 128], projected.shape);
        Assert.Equal(3f, projected.pow(2).sum().item<float>(), 1e-4f);
        Assert.Contains("head.weight", model.state_dict().Keys);
        using var without = new PreActResNet(18, 10);
        Assert.Throws<InvalidOperationException>(() => without.Project(randn(3, 512)));
    }
}
