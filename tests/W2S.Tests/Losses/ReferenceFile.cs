using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TorchSharp;
using W2S.Losses;
using static TorchSharp.torch;

namespace W2S.Tests.Losses;

/// <summary>Values that <c>tests/reference/losses.py</c> computed, and the library's losses and batches that they
/// belong to.</summary>
internal static class ReferenceFile
{
    private static readonly JsonSerializerOptions Options = new()
    {
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private static readonly JsonObject Content = Read("losses.json");

    public static IReadOnlyList<JsonObject> Cases { get; } = [.. Content["cases"]!.AsArray().Select(
        x => x!.AsObject())];

    public static JsonObject Read(string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(TestPaths.Repository, "tests", "reference", name)))!.AsObject();

    /// <summary>The loss of a case: its record, filled from the case's options.</summary>
    public static Loss Loss(JsonNode reference)
    {
        var type = typeof(Loss).Assembly.GetTypes().Single(
            type => type.IsPublic && type.Name == $"{reference["loss"]}");
        return (Loss)reference["options"].Deserialize(type, Options)!;
    }

    /// <summary>The batch of a case, with gradients where the reference has them; and those tensors by the reference's
    /// names.</summary>
    public static (LossBatch Batch, Dictionary<string, Tensor> Leaves) Batch(JsonNode reference, ScalarType type)
    {
        var input = Content["inputs"]![(string)reference["input"]!]!;
        Dictionary<string, Tensor> leaves = new() { ["logits"] = Leaf(input["student"]!) };
        var batch = new LossBatch(leaves["logits"])
        {
            TeacherLogits = Leaf(input["teacher"]!),
            Labels = input["labels"]![0] is JsonArray ? Plain(input["labels"]!)
                : Plain(input["labels"]!).to_type(ScalarType.Int64),
            Epoch = (double)reference["epoch"]!,
            Epochs = (double)reference["epochs"]!,
            Weights = Weights("weights"),
            TeacherWeights = Weights("teacher_weights"),
            TeacherBeaten = (int?)reference["beaten"] ?? 0,
            PlainLogits = input["plain"] is { } plain ? Leaf(plain) : null,
            Lambda = (double?)reference["lambda"],
        };
        if (input["student_stages"] is JsonArray stages)
        {
            for (var i = 0; i < stages.Count; i++) leaves[$"stage{i}"] = Leaf(stages[i]!);
            leaves["pooled"] = Leaf(input["student_pooled"]!);
            batch = batch with
            {
                StudentFeatures =
                    new(leaves["pooled"], [.. Enumerable.Range(0, stages.Count).Select(i => leaves[$"stage{i}"])]),
                TeacherFeatures =
                    new(Leaf(input["teacher_pooled"]!), [.. input["teacher_stages"]!.AsArray().Select(x => Leaf(x!))]),
            };
        }
        return (batch, leaves);

        Tensor? Weights(string name) => reference[name] is { } weights ? Plain(weights) : null;

        Tensor Plain(JsonNode node) => Values(node).to_type(type);

        Tensor Leaf(JsonNode node) => Plain(node).requires_grad_();
    }

    /// <summary>A tensor: nested arrays, or a shape and its values.</summary>
    public static Tensor Values(JsonNode node)
    {
        if (node is JsonObject shaped)
            return tensor(shaped["values"].Deserialize<double[]>()!, shaped["shape"].Deserialize<long[]>()!);
        List<long> shape = [];
        for (JsonNode? level = node; level is JsonArray array; level = array[0]) shape.Add(array.Count);
        return tensor(Flat(node).ToArray(), shape.ToArray());

        static IEnumerable<double> Flat(JsonNode x) =>
            x is JsonArray array ? array.SelectMany(y => Flat(y!)) : [(double)x];
    }
}
