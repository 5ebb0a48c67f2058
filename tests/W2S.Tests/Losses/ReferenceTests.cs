using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;
using W2S.Losses;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using static TorchSharp.torch;

namespace W2S.Tests.Losses;

/// <summary>Every loss against plain PyTorch: total, parts, samples, and gradients to logits, features and the loss's
/// own parameters.</summary>
public sealed class ReferenceTests
{
    public static TheoryData<int, string> Cases =>
        [.. ReferenceFile.Cases.Select(
            (x, i) => new TheoryDataRow<int, string>(i, $"{x["loss"]} {x["input"]} {x["options"]!.ToJsonString()}"))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void EqualsPyTorchInFloat64(int index, string name) => Check(index, name, ScalarType.Float64, 1e-9);

    [Theory]
    [MemberData(nameof(Cases))]
    public void EqualsPyTorchInFloat32(int index, string name) => Check(index, name, ScalarType.Float32, 2e-5);

    [Fact]
    public void EveryLossHasAReference()
    {
        var referenced = ReferenceFile.Cases.Select(x => (string)x["loss"]!).ToHashSet();
        var losses =
            typeof(Loss).Assembly.GetTypes()
                .Where(x =>
                    x.IsSubclassOf(typeof(Loss)) && !x.IsAbstract && x != typeof(Selective)
                        && x != typeof(LabelsAndTeacher));
        Assert.DoesNotContain(losses, x => !referenced.Contains(x.Name));
    }

    private static void Check(int index, string name, ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        var reference = ReferenceFile.Cases[index];
        var loss = ReferenceFile.Loss(reference);
        var (batch, leaves) = ReferenceFile.Batch(reference, type);
        if (loss is ILearnableLoss learnable)
            batch = batch with { Module = Load(learnable.CreateModule(batch), reference["module"]!, leaves) };

        var parts = loss.Compute(batch);
        parts.Total.backward();

        var expected = reference["parts"].Deserialize<Dictionary<string, double>>()!;
        Assert.Equal(expected.Keys, parts.Parts.Select(x => x.Name));
        List<string> failures = [];
        Compare("total", [parts.Total.ToDouble()], [(double)reference["total"]!]);
        foreach (var (part, value) in parts.Parts) Compare(part, [value.ToDouble()], [expected[part]]);
        if (reference["per_sample"] is { } samples)
            Compare("per sample", parts.PerSample!.ToArray(), samples.Deserialize<double[]>()!);
        else Assert.Null(parts.PerSample);
        foreach (var (leaf, gradient) in reference["gradients"].Deserialize<Dictionary<string, double[]>>()!)
            Compare($"gradient of {leaf}", leaves[leaf].grad?.ToArray() ?? new double[gradient.Length], gradient);
        Assert.True(batch.TeacherLogits!.grad is null, "the teacher has a gradient");
        Assert.True(batch.PlainLogits?.grad is null, "the plain images have a gradient");
        Assert.True(
            batch.TeacherFeatures is not { } features
                || features.Stages.Append(features.Pooled).All(x => x.grad is null),
                "the teacher's features have a gradient");
        Assert.True(failures.Count == 0, $"{name}: {string.Join("; ", failures)}");

        void Compare(string what, double[] got, double[] wanted)
        {
            if (Tolerance.Excess(got, wanted, tolerance) is { } excess) failures.Add($"{what} {excess}");
        }
    }

    private static nn.Module Load(nn.Module module, JsonNode values, Dictionary<string, Tensor> leaves)
    {
        var parameters = module.named_parameters().ToDictionary(x => x.name, x => x.parameter);
        Assert.Equal(values.AsObject().Select(x => x.Key).Order(), parameters.Keys.Order());
        using var _ = no_grad();
        foreach (var (name, parameter) in parameters)
        {
            parameter.copy_(ReferenceFile.Values(values[name]!));
            leaves[name] = parameter;
        }
        module.train();
        return module;
    }
}
