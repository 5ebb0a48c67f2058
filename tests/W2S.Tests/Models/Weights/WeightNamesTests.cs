using TorchSharp;
using W2S.Models;
using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Tests.Models.Weights;

/// <summary>Files whose names carry more than the network's, or that hold more than one network.</summary>
public sealed class WeightNamesTests
{
    private static Dictionary<string, Tensor> State(ImageModel model, Func<string, string>? name = null) =>
        model.state_dict()
            .ToDictionary(entry => name?.Invoke(entry.Key) ?? entry.Key, entry => entry.Value.detach().clone());

    private static bool Same(ImageModel one, ImageModel other) =>
        one.state_dict().All(entry => entry.Value.Equals(other.state_dict()[entry.Key]));

    [Theory]
    [InlineData("module.")]
    [InlineData("model.")]
    [InlineData("net.")]
    [InlineData("student.")]
    [InlineData("_orig_mod.module.")]
    [InlineData("model.backbone._orig_mod.")]
    [InlineData("state_dict.a-name-of-my-own.0.encoder.")]
    public void PrefixesComeOffWhateverTheyAreCalled(string prefix)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = ModelCatalogue.Create("resnet8", 10);
        using var other = ModelCatalogue.Create("resnet8", 10);
        SafeTensorsFile.Write(folder["x"], State(model, name => prefix + name));
        var report = other.LoadWeights(folder["x"]);
        Assert.True(report.Complete);
        Assert.Equal([$"the prefix '{prefix}' was taken off"], report.Notes);
        Assert.True(Same(model, other));
    }

    [Fact]
    public void APrefixAroundAllAndAnotherAroundAllButTheHead()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = ModelCatalogue.Create("resnet8", 10);
        using var other = ModelCatalogue.Create("resnet8", 10);
        SafeTensorsFile.Write(folder["x"],
            State(model, name => name.StartsWith("fc.") ? $"module.{name}" : $"module.backbone.{name}"));
        Assert.True(other.LoadWeights(folder["x"]).Complete);
        Assert.True(Same(model, other));
    }

    [Fact]
    public void APrefixWithinTheNetworksOwnIsTakenOff()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = ModelCatalogue.Create("conv4", 5);
        using var other = ModelCatalogue.Create("conv4", 5);
        SafeTensorsFile.Write(folder["x"],
            State(model, name => name.StartsWith("encoder.") ? $"encoder.module.{name["encoder.".Length..]}" : name));
        Assert.True(other.LoadWeights(folder["x"]).Complete);
        Assert.True(Same(model, other));
    }

    [Fact]
    public void NothingComesOffWhereTheRestIsNoNameOfTheNetwork()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = ModelCatalogue.Create("resnet8", 10);
        SafeTensorsFile.Write(folder["x"], new Dictionary<string, Tensor> { ["module.other.weight"] = ones(2) });
        var report = model.LoadWeights(folder["x"], strict: false);
        Assert.Equal(["module.other.weight"], report.Unexpected);
        Assert.DoesNotContain(report.Notes, note => note.Contains("prefix"));

        // A deeper network holds the names of a shallower one inside, after parts that are its own.
        using var deep = ModelCatalogue.Create("resnet20", 10);
        SafeTensorsFile.Write(folder["y"], State(deep));
        Assert.Contains("layer1.1.conv1.weight", model.LoadWeights(folder["y"], strict: false).Unexpected);
    }

    [Theory]
    [InlineData("student.", "teacher.")]
    [InlineData("model.encoder_k.", "model.encoder_q.")]
    public void SeveralPrefixesAreNamedAndOneIsChosen(string first, string second)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var student = ModelCatalogue.Create("resnet8", 10);
        using var teacher = ModelCatalogue.Create("resnet8", 10);
        using var model = ModelCatalogue.Create("resnet8", 10);
        SafeTensorsFile.Write(folder["x"],
            State(student, name => first + name).Concat(State(teacher, name => second + name)).ToDictionary());
        var message = Assert.Throws<WeightFileException>(() => model.LoadWeights(folder["x"])).Message;
        Assert.Contains(
            $"several sets of weights that fit: '{first.Trim('.')}' ({State(student).Count} tensors), "
            + $"'{second.Trim('.')}'", message);
        Assert.Contains($"key: \"{first.Trim('.')}\"", message);

        var report = model.LoadWeights(folder["x"], key: second.Trim('.'));
        Assert.True(report.Complete, report.ToString());
        Assert.Contains($"under '{second.Trim('.')}'", report.ToString());
        Assert.True(Same(teacher, model));
        model.LoadWeights(folder["x"], key: first);
        Assert.True(Same(student, model));
        Assert.Contains("nothing under the key 'ema'; it has '",
            Assert.Throws<WeightFileException>(() => model.LoadWeights(folder["x"], key: "ema")).Message);
    }

    [Fact]
    public void NamesAsTheyStandGoBeforeThoseUnderAPrefix()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var student = ModelCatalogue.Create("resnet8", 10);
        using var teacher = ModelCatalogue.Create("resnet8", 10);
        using var model = ModelCatalogue.Create("resnet8", 10);
        SafeTensorsFile.Write(folder["x"],
            State(student).Concat(State(teacher, name => $"teacher.{name}")).ToDictionary());
        var report = model.LoadWeights(folder["x"], strict: false);
        Assert.True(Same(student, model));
        Assert.Contains("'teacher' (", Assert.Single(report.Notes));
        Assert.True(model.LoadWeights(folder["x"], key: "teacher").Complete);
        Assert.True(Same(teacher, model));
    }

    private static WeightChoice Choose(object root, string? key = null, params string[] wanted) =>
        WeightChoice.Find(WeightSet.FindAll(root), key, wanted.ToHashSet());

    private static Dictionary<object, object?> Dict(params (object Key, object? Value)[] entries) =>
        entries.ToDictionary(entry => entry.Key, entry => entry.Value);

    private static Dictionary<object, object?> State(float value, string prefix = "") =>
        Dict(($"{prefix}conv.weight", full(2, value)), ($"{prefix}fc.weight", full(2, value)));

    [Fact]
    public void ADictOfSeveralNamesThemAndGivesOne()
    {
        using var scope = NewDisposeScope();
        var both = Dict(("student", State(1)), ("teacher", State(2, "module.")), ("epoch", 3L));
        foreach (var wanted in new string[][] { [], ["conv.weight", "fc.weight"] })
        {
            var message = Assert.Throws<WeightFileException>(() => Choose(both, null, wanted)).Message;
            Assert.Contains("'student' (2 tensors), 'teacher", message);
            Assert.Contains("key: \"student\"", message);
            var teacher = Choose(both, "teacher", wanted);
            Assert.Equal(2f, teacher.Set.Tensors["module.conv.weight"][0].item<float>());
            Assert.Equal(wanted.Length == 0 ? "" : "module.", teacher.Prefix);
            Assert.Equal(["the state dict was under 'teacher'", "passed over beside it: 'student', 'epoch'"],
                teacher.Notes);
        }
        Assert.Contains("nothing under the key 'ema'; it has 'student', 'teacher'",
            Assert.Throws<WeightFileException>(() => Choose(both, "ema")).Message);
    }

    [Fact]
    public void OneAloneIsTakenWhereverItLies()
    {
        using var scope = NewDisposeScope();
        Assert.Equal("params", Choose(Dict(("params", State(1)))).Set.Path);
        Assert.Equal("a.b.c", Choose(Dict(("a", Dict(("b", Dict(("c", State(1)))))))).Set.Path);
        Assert.Equal("0", Choose(new object?[] { State(1), 7L }).Set.Path);
        var optimizer =
            Dict(("state", Dict((0L, Dict(("momentum_buffer", ones(2)))))), ("param_groups", new List<object?>()));
        var found =
            Choose(Dict(("step", tensor(5)), ("net_weights", State(1)), ("optimizer", optimizer), ("args", "x")));
        Assert.Equal(["the state dict was under 'net_weights'", "passed over beside it: 'step', 'optimizer', 'args'"],
            found.Notes);
    }

    [Fact]
    public void TheUsualPlaceGoesBeforeOthersAndTheseAreNamed()
    {
        using var scope = NewDisposeScope();
        var checkpoint = Dict(("ema", State(2)), ("state_dict", State(1, "module.")));
        var found = Choose(checkpoint, null, "conv.weight", "fc.weight");
        Assert.Equal("state_dict", found.Set.Path);
        Assert.Contains("'ema' (2 tensors) would fit too; key: takes it instead", found.Notes);
        Assert.Equal("ema", Choose(checkpoint, "ema", "conv.weight", "fc.weight").Set.Path);

        var inside =
            Dict(("state_dict", State(1, "student.").Concat(State(2, "teacher.")).ToDictionary()), ("epoch", 1L));
        Assert.Contains("'state_dict.student' (2 tensors), 'state_dict.teacher' (2 tensors)",
            Assert.Throws<WeightFileException>(() => Choose(inside, null, "conv.weight", "fc.weight")).Message);
        foreach (var key in new[] { "teacher", "state_dict.teacher" })
            Assert.Equal(2f,
                Choose(inside, key, "conv.weight", "fc.weight").Set.Tensors["conv.weight"][0].item<float>());
        Assert.Contains("passed over beside it: 'student', 'epoch'",
            Choose(inside, "teacher", "conv.weight", "fc.weight").Notes);
    }

    [Fact]
    public void ValuesBesideTensorsArePassedOverAndNamed()
    {
        using var scope = NewDisposeScope();
        var state = State(1);
        state["epoch"] = 3L;
        state["arch"] = "resnet";
        var found = Choose(state, null, "conv.weight", "fc.weight");
        Assert.Equal(["conv.weight", "fc.weight"], found.Set.Tensors.Keys.Order());
        Assert.Equal(["passed over beside it: 'epoch', 'arch'"], found.Notes);
    }

    [Fact]
    public void WhatHoldsNoTensorsSaysWhatItHolds()
    {
        var error =
            Assert.Throws<WeightFileException>(
                () => WeightFiles.Read(PyTorchFileTests.Reference("arrays-protocol4.pth"), key: "nothing"));
        Assert.Contains("it has nothing under the key 'nothing'; it has 'f4'", error.Message);
        error = Assert.Throws<WeightFileException>(
            () => WeightFiles.Read(PyTorchFileTests.Reference("containers.pth")));
        Assert.Contains("it holds no state dict, but a dict of 'list' (a list), 'tuple' (a tuple)", error.Message);
    }

    [Fact]
    public void ANamespaceBesideTheWeightsIsPassedOver()
    {
        using var scope = NewDisposeScope();
        foreach (var kind in new[] { "zip", "legacy" })
        {
            var file = WeightFiles.Read(PyTorchFileTests.Reference($"namespace-{kind}.pth"));
            Assert.Equal(["w"], file.Tensors.Keys);
            Assert.Equal(["the state dict was under 'model'", "passed over beside it: 'args'"], file.Notes);
        }
    }

    [Fact]
    public void AnExpandedTensorIsLoadedAsWhatItShows()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = ModelCatalogue.Create("resnet8", 10);
        var state = State(model);
        state["bn1.weight"] = tensor(new[] { 4f }).expand(16);
        SafeTensorsFile.Write(folder["x"], state);
        Assert.True(model.LoadWeights(folder["x"]).Complete);
        Assert.All(model.state_dict()["bn1.weight"].data<float>().ToArray(), value => Assert.Equal(4f, value));
    }
}
