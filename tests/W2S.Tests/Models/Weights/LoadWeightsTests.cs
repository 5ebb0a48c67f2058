using TorchSharp;
using W2S.Models;
using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Tests.Models.Weights;

public sealed class LoadWeightsTests
{
    private static Dictionary<string, Tensor> Copy(ImageModel model) =>
        model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());

    private static bool Same(Dictionary<string, Tensor> before, ImageModel model, Func<string, bool>? which = null) =>
        model.state_dict().Where(entry => which?.Invoke(entry.Key) ?? true)
            .All(entry => entry.Value.Equals(before[entry.Key]));

    [Fact]
    public void WhatIsWrittenIsLoaded()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var first = ModelCatalogue.Create("resnet8", 10);
        using var second = ModelCatalogue.Create("resnet8", 10);
        SafeTensorsFile.Write(folder["x.safetensors"], first.state_dict());
        Assert.False(Same(Copy(first), second));
        var report = second.LoadWeights(folder["x.safetensors"]);
        Assert.True(report.Complete);
        Assert.Equal(first.state_dict().Count, report.Loaded);
        Assert.Empty(report.Notes);
        Assert.True(Same(Copy(first), second));
    }

    [Fact]
    public void WhatDoesNotFitIsListedAndNothingIsChanged()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = ModelCatalogue.Create("resnet8", 10);
        var state = Copy(model);
        state.Remove("bn1.bias");
        state["extra.weight"] = ones(1);
        state["conv1.weight"] = ones(16, 3, 5, 5);
        SafeTensorsFile.Write(folder["x"], state);
        var before = Copy(model);
        var error = Assert.Throws<WeightFileException>(() => model.LoadWeights(folder["x"]));
        Assert.Contains("1 missing: bn1.bias", error.Message);
        Assert.Contains("1 unexpected: extra.weight", error.Message);
        Assert.Contains("1 misshapen: conv1.weight [16, 3, 5, 5] for [16, 3, 3, 3]", error.Message);
        Assert.True(Same(before, model));

        state["bn1.weight"] = full(16, 9f);
        SafeTensorsFile.Write(folder["x"], state);
        var report = model.LoadWeights(folder["x"], strict: false);
        Assert.False(report.Complete);
        Assert.Equal(["bn1.bias"], report.Missing);
        Assert.Equal(["extra.weight"], report.Unexpected);
        Assert.Equal(9f, model.state_dict()["bn1.weight"][0].item<float>());
        Assert.True(model.state_dict()["conv1.weight"].Equals(before["conv1.weight"]));
    }

    [Fact]
    public void NamesOfOtherConventionsAreMappedAndSaid()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = ModelCatalogue.Create("cifar-resnet50", 4);
        using var other = ModelCatalogue.Create("cifar-resnet50", 4);
        var state = Copy(model).ToDictionary(
            entry => "module." + entry.Key.Replace("shortcut", "downsample").Replace("linear.", "fc."),
            entry => entry.Value);
        foreach (var key in state.Keys.Where(key => key.EndsWith("num_batches_tracked")).ToArray())
            state.Remove(key);
        SafeTensorsFile.Write(folder["x"], state);
        var report = other.LoadWeights(folder["x"]);
        Assert.True(Same(Copy(model), other));
        Assert.Equal(
            [
                "the prefix 'module.' was taken off", "'fc' in the file is 'linear' here",
                "'downsample' in the file is 'shortcut' here",
                "53 batch counters are not in the file and were left as they are",
            ], report.Notes);
        Assert.Contains("'fc' in the file is 'linear' here", report.ToString());
    }

    [Fact]
    public void AnEncoderWithoutItsPrefixFitsAFewShotNetwork()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = ModelCatalogue.Create("conv4", 5);
        using var other = ModelCatalogue.Create("conv4", 5);
        var state =
            Copy(model).Where(entry => entry.Key.StartsWith("encoder."))
                .ToDictionary(entry => entry.Key["encoder.".Length..], entry => entry.Value);
        SafeTensorsFile.Write(folder["x"], state);
        var report = other.LoadWeights(folder["x"], strict: false);
        Assert.Equal(["classifier.linear.weight", "classifier.linear.bias"], report.Missing);
        Assert.Empty(report.Unexpected);
        Assert.Equal(["the prefix 'encoder.' was put on"], report.Notes);
        Assert.True(Same(Copy(model), other, key => key.StartsWith("encoder.")));
    }

    [Fact]
    public void NumbersOfAnotherTypeAreConvertedAndThatIsSaid()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = ModelCatalogue.Create("resnet8", 10);
        SafeTensorsFile.Write(folder["x"], Copy(model).ToDictionary(
            entry => entry.Key,
            entry => entry.Value.is_floating_point() ? entry.Value.to(ScalarType.BFloat16) : entry.Value));
        Assert.Contains("numbers were converted from BFloat16 to Float32", model.LoadWeights(folder["x"]).Notes);
    }

    [Fact]
    public void TheHeadMayBeKept()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var hundred = ModelCatalogue.Create("resnet8", 100);
        using var ten = ModelCatalogue.Create("resnet8", 10);
        SafeTensorsFile.Write(folder["x"], hundred.state_dict());
        var before = Copy(ten);
        Assert.Contains("fc.weight [100, 64] for [10, 64]",
            Assert.Throws<WeightFileException>(() => ten.LoadWeights(folder["x"])).Message);

        Assert.True(ten.LoadWeights(folder["x"], keepHead: true).Complete);
        Assert.True(Same(before, ten, key => key.StartsWith("fc.")));
        Assert.True(Same(Copy(hundred), ten, key => !key.StartsWith("fc.")));
    }

    [Fact]
    public void TheStateDictOfACheckpointIsFound()
    {
        using var scope = NewDisposeScope();
        var file = WeightFiles.Read(PyTorchFileTests.Reference("checkpoint.pth"));
        Assert.Equal("PyTorch zip", file.Format);
        Assert.Equal(["the state dict was under 'model'", "passed over beside it: 'epoch', 'best_acc', 'optimizer'"],
            file.Notes);
        Assert.Equal(["module.conv.weight", "module.linear.bias", "module.linear.weight"], file.Tensors.Keys.Order());
        Assert.Equal(0.5f, file.Tensors["module.conv.weight"][0, 0, 0, 0].item<float>());
    }
}
