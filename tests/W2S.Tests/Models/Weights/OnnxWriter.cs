using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Tests.Models.Weights;

/// <summary>Writes small ONNX models: what a graph holds is a list of fields, each a message.</summary>
internal static class OnnxWriter
{
    /// <summary>The names of <see cref="SmallWeights"/>.</summary>
    public static IReadOnlySet<string> SmallNames { get; } = Names().ToHashSet();

    public static byte[] Model(string producer, IEnumerable<(int Field, byte[] Content)> graph) =>
    [
        .. Number(1, 3), .. Message(2, Text(producer)),
        .. Message(7, [.. graph.SelectMany(part => Message(part.Field, part.Content))]),
        .. Message(8, [.. Message(1, []), .. Number(2, 8)]),
    ];

    /// <summary>A tensor; how its numbers are written is given by fields of its message.</summary>
    public static (int Field, byte[] Content) Tensor(string name, long[] shape, int type, params byte[][] numbers) =>
        (5, [.. shape.SelectMany(size => Number(1, size)), .. Number(2, type), .. numbers.SelectMany(part => part),
            .. Message(8, Text(name))]);

    public static byte[] Floats(params float[] values) => Message(4, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public static byte[] Raw(params byte[] bytes) => Message(9, bytes);

    /// <summary>A field of the present message with a number in protobuf's short form.</summary>
    public static byte[] Number(int field, long value) => [.. Short((ulong)field << 3), .. Short((ulong)value)];

    /// <summary>A field with numbers in the short form, one after the other.</summary>
    public static byte[] Numbers(int field, params long[] values) =>
        Message(field, [.. values.SelectMany(value => Short((ulong)value))]);

    public static byte[] Message(int field, byte[] content) =>
        [.. Short((ulong)field << 3 | 2), .. Short((ulong)content.Length), .. content];

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static IEnumerable<byte> Short(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            yield return (byte)(value | 0x80);
        yield return (byte)value;
    }

    /// <summary>Tensors of every type and way of writing, among fields that nobody asks for.</summary>
    public static List<(int Field, byte[] Content)> Sample() =>
    [
        (2, Text("a graph")), (15, [1, 2, 3]),
        Tensor("floats", [2, 1], 1, Floats(1, -2)),
        Tensor("pieces", [3], 1, Floats(1), Floats(2, 3)),
        Tensor("single", [], 1, [4 << 3 | 5, 0, 0, 0, 0x40], Message(12, Text("a note")),
            [13 << 3 | 1, .. new byte[8]]),
        Tensor("raw", [2], 1, Raw(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0)),
        Tensor("doubles", [1], 11, Message(10, BitConverter.GetBytes(0.5))),
        Tensor("longs", [4], 7, Numbers(7, 0, 300, -1, long.MaxValue)),
        Tensor("ints", [2], 6, Number(5, 7), Number(5, -7)),
        Tensor("halves", [2], 10, Numbers(5, 0x3c00, 0xc000)),
        Tensor("flags", [3], 9, Numbers(5, 0, 1, 1)),
        Tensor("none", [0, 4], 1),
        (5, [.. Numbers(1, 1, 2), .. Number(2, 2), .. Raw(3, 4), .. Message(8, Text("bytes"))]),
        (1, [.. Message(1, Text("x")), .. Message(2, Text("y")), .. Message(4, Text("Relu")), .. Message(5, [9, 9])]),
    ];

    /// <summary>The graph of a residual network whose tensors have names that say nothing, as CNTK writes it: shortcuts
    /// before the paths, and every second sum with its sides exchanged.</summary>
    public static List<(int Field, byte[] Content)> Residual(IReadOnlyDictionary<string, Tensor> weights)
    {
        List<(int, byte[])> nodes = [], tensors = [];
        var x = Relu(Layer("Input", "conv1", "bn1"));
        var blocks = weights.Keys.Where(key => key.StartsWith("layer", StringComparison.Ordinal))
            .Select(key => string.Join('.', key.Split('.')[..2])).Distinct().ToArray();
        foreach (var (index, block) in blocks.Index())
        {
            var shortcut = weights.ContainsKey($"{block}.downsample.0.weight")
                ? Layer(x, $"{block}.downsample.0", $"{block}.downsample.1") : x;
            var inside = Relu(Layer(x, $"{block}.conv1", $"{block}.bn1"));
            var path = Layer(inside, $"{block}.conv2", $"{block}.bn2");
            x = Relu(index % 2 == 0 ? Node("Add", path, shortcut) : Node("Add", shortcut, path));
        }
        Node("GlobalAveragePool", x);
        return [.. nodes, .. Enumerable.Reverse(tensors)];

        string Layer(string input, string convolution, string norm) =>
            Node("BatchNormalization", Node("Conv", input, Nameless($"{convolution}.weight")),
                Nameless($"{norm}.weight"), Nameless($"{norm}.bias"), Nameless($"{norm}.running_mean"),
                Nameless($"{norm}.running_var"));

        string Relu(string input) => Node("Relu", input);

        string Node(string kind, params string[] inputs)
        {
            var output = $"{kind}{nodes.Count}_Output";
            nodes.Add((1, [.. inputs.SelectMany(input => Message(1, Text(input))), .. Message(2, Text(output)),
                .. Message(4, Text(kind))]));
            return output;
        }

        string Nameless(string key)
        {
            var name = $"Parameter{7 * tensors.Count + 3}";
            tensors.Add(Tensor(name, weights[key].shape, 1, Floats([.. weights[key].contiguous().data<float>()])));
            return name;
        }
    }

    /// <summary>Weights of two blocks, the second with a shortcut, of two and three channels.</summary>
    public static Dictionary<string, Tensor> SmallWeights() => Names().ToDictionary(name => name, name =>
    {
        var (inputs, outputs) = name.Contains("layer2", StringComparison.Ordinal)
            ? (name.Contains("conv2", StringComparison.Ordinal) ? 3 : 2, 3)
            : (name.StartsWith("conv1", StringComparison.Ordinal) ? 3 : 2, 2);
        return name.Contains("conv", StringComparison.Ordinal) || name.EndsWith("e.0.weight", StringComparison.Ordinal)
            ? ones(outputs, inputs, 1, 1) : ones(outputs);
    });

    private static IEnumerable<string> Names()
    {
        foreach (var (convolution, norm) in new[] { ("conv1", "bn1"), ("layer1.0.conv1", "layer1.0.bn1"),
            ("layer1.0.conv2", "layer1.0.bn2"), ("layer2.0.conv1", "layer2.0.bn1"), ("layer2.0.conv2", "layer2.0.bn2"),
            ("layer2.0.downsample.0", "layer2.0.downsample.1") })
        {
            yield return $"{convolution}.weight";
            foreach (var part in new[] { "weight", "bias", "running_mean", "running_var" })
                yield return $"{norm}.{part}";
        }
    }
}
