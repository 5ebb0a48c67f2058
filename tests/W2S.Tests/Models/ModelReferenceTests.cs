using System.Text;
using System.Text.Json;
using TorchSharp;
using W2S.Models;
using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Tests.Models;

/// <summary>
/// Every network has the keys, the size and the results of the public code, under weights that a formula gives to both
/// (tests/reference/model_reference.py).
/// </summary>
public sealed class ModelReferenceTests
{
    private sealed record Stage(long[] shape, double mean);

    private sealed record Reference(string name, long parameters, uint keys, int size, float scale, float[][]? logits,
        float[][]? pooled, Stage[]? stages);

    private static readonly Dictionary<string, Reference> References = JsonSerializer
        .Deserialize<Reference[]>(
            File.ReadAllText(Path.Combine(RealData.Root(), "tests", "reference", "model_reference.json")))!
        .ToDictionary(reference => reference.name);

    public static TheoryData<string> Names => [.. ModelCatalogue.All.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void EqualsThePublicNetwork(string name)
    {
        var entry = ModelCatalogue.Find(name);
        using var model = entry.Make(entry.Classes);
        Compare(model, References[name]);
        Assert.Equal(entry.Parameters, References[name].parameters);
        Assert.Equal(entry.ImageSize, References[name].size);
        Assert.Equal(name, model.ModelName);
        Assert.NotEmpty(entry.Source);
    }

    [Theory]
    [InlineData(18)]
    [InlineData(34)]
    public void EqualsThePublicNetworkWithProjection(int depth)
    {
        using var model = new PreActResNet(depth, 100, projected: 128);
        Compare(model, References[$"preactresnet{depth}+projection"]);
    }

    [Fact]
    public void TorchvisionCountsAsManyInItsTransformer() =>
        Assert.Equal(References["torchvision vit_b_16"].parameters, ModelCatalogue.Find("vit-b16").Parameters);

    private static void Compare(ImageModel model, Reference reference)
    {
        Assert.Equal(reference.parameters, model.ParameterCount());
        Assert.Equal(reference.keys, Fingerprint(model));
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        FormulaWeights.Fill(model);
        model.eval();
        var output = model.ForwardFeatures(FormulaWeights.Images(2, reference.size));
        AssertClose(reference.logits!, output.Logits, reference.scale, $"{reference.name} logits");
        Assert.Equal([2L, model.FeatureCount], output.Pooled.shape);
        if (reference.pooled is not null)
            AssertClose(reference.pooled, output.Pooled, output.Pooled.abs().max().item<float>(),
                $"{reference.name} pooled");
        foreach (var (expected, stage) in (reference.stages ?? []).Zip(output.Stages))
        {
            Assert.Equal(expected.shape, stage.shape);
            Assert.Equal(expected.mean, stage.mean().item<float>(), 1e-4 * stage.abs().max().item<float>());
        }
        if (reference.stages is not null)
            Assert.Equal(reference.stages.Length, output.Stages.Count);
    }

    private static void AssertClose(float[][] expected, Tensor actual, float scale, string what)
    {
        for (var row = 0; row < expected.Length; row++)
        {
            var values = actual[row].data<float>().ToArray();
            for (var column = 0; column < expected[row].Length; column++)
                Assert.True(Math.Abs(expected[row][column] - values[column]) <= 1e-4 * scale,
                    $"{what}[{row}, {column}] is {values[column]}, not {expected[row][column]} (scale {scale})");
        }
    }

    private static unsafe uint Fingerprint(ImageModel model)
    {
        var lines =
            model.state_dict().Select(entry => $"{entry.Key} [{string.Join(", ", entry.Value.shape)}]")
                .Order(StringComparer.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        fixed (byte* start = bytes)
            return Crc32.Of(new ByteView(start, bytes.Length));
    }
}
