using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using W2S.Models;
using static TorchSharp.torch;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace W2S.Benchmarks;

/// <summary>ONNX Runtime with the graph of a residual network of basic blocks or bottlenecks, up to its pooled
/// features.</summary>
/// <remarks>The graph has its norms; ONNX Runtime folds them when it loads it, joins sums and activations with the
/// convolutions before them, and takes its own blocked layout.</remarks>
internal sealed class OnnxSession : IDisposable
{
    private const string Input = "images";

    private readonly List<byte[]> graph = [];
    private readonly Dictionary<string, Tensor> weights;
    private readonly InferenceSession session;
    private int names;

    public OnnxSession(ResNet model, int threads)
    {
        weights = model.state_dict();
        var output = Network();
        byte[] anySize = [.. Enumerable.Repeat(Message(1, []), 4).SelectMany(size => size)];
        graph.Add(Message(11,
            [.. Text(1, Input), .. Message(2, Message(1, [.. Number(1, 1), .. Message(2, anySize)]))]));
        graph.Add(Message(12, Text(1, output)));
        using var options = new SessionOptions { IntraOpNumThreads = threads };
        session = new InferenceSession(
            [.. Number(1, 8), .. Message(7, [.. graph.SelectMany(part => part)]), .. Message(8, Number(2, 13))],
            options);
    }

    /// <summary>Features of normalised images, owned by the current dispose scope.</summary>
    public unsafe Tensor Run(Tensor images)
    {
        fixed (byte* pixels = images.contiguous().bytes)
        {
            using var input = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float,
                images.shape, (nint)pixels, images.numel() * sizeof(float));
            using var run = new RunOptions();
            using var outputs = session.Run(run, [Input], [input], session.OutputNames);
            return tensor(outputs[0].GetTensorDataAsSpan<float>().ToArray()).view(images.shape[0], -1);
        }
    }

    public void Dispose() => session.Dispose();

    private string Network()
    {
        var large = weights["conv1.weight"].shape[2] == 7;
        var x = Node("Relu", [Layer(Input, "conv1", "bn1", large ? 2 : 1)]);
        if (large)
            x = Node("MaxPool", [x], Numbers("kernel_shape", 3, 3), Numbers("strides", 2, 2),
                Numbers("pads", 1, 1, 1, 1));
        for (var stage = 1; weights.ContainsKey($"layer{stage}.0.conv1.weight"); stage++)
        {
            for (var block = 0; weights.ContainsKey($"layer{stage}.{block}.conv1.weight"); block++)
            {
                var (key, stride) = ($"layer{stage}.{block}", stage > 1 && block == 0 ? 2 : 1);
                var bottleneck = weights.ContainsKey($"{key}.conv3.weight");
                var around = weights.ContainsKey($"{key}.downsample.0.weight")
                    ? Layer(x, $"{key}.downsample.0", $"{key}.downsample.1", stride) : x;
                var y = Node("Relu", [Layer(x, $"{key}.conv1", $"{key}.bn1", bottleneck ? 1 : stride)]);
                y = Layer(y, $"{key}.conv2", $"{key}.bn2", bottleneck ? stride : 1);
                if (bottleneck)
                    y = Layer(Node("Relu", [y]), $"{key}.conv3", $"{key}.bn3", 1);
                x = Node("Relu", [Node("Add", [y, around])]);
            }
        }
        return Node("GlobalAveragePool", [x]);
    }

    private string Layer(string x, string convolution, string norm, int stride)
    {
        var pad = weights[$"{convolution}.weight"].shape[2] / 2;
        x = Node("Conv", [x, Weight($"{convolution}.weight")], Numbers("strides", stride, stride),
            Numbers("pads", pad, pad, pad, pad));
        return Node("BatchNormalization", [x, Weight($"{norm}.weight"), Weight($"{norm}.bias"),
            Weight($"{norm}.running_mean"), Weight($"{norm}.running_var")]);
    }

    private string Node(string kind, string[] inputs, params byte[][] attributes)
    {
        var output = $"{kind}{names++}";
        graph.Add(Message(1, [.. inputs.SelectMany(input => Text(1, input)), .. Text(2, output), .. Text(4, kind),
            .. attributes.SelectMany(attribute => Message(5, attribute))]));
        return output;
    }

    private string Weight(string key)
    {
        var values = MemoryMarshal.AsBytes(weights[key].contiguous().data<float>().ToArray().AsSpan()).ToArray();
        graph.Add(Message(5, [.. weights[key].shape.SelectMany(size => Number(1, size)), .. Number(2, 1),
            .. Text(8, key), .. Message(9, values)]));
        return key;
    }

    // ONNX's files are protobuf: numbered fields, each a number or a message with its length.
    private static byte[] Numbers(string name, params long[] values) =>
        [.. Text(1, name), .. values.SelectMany(value => Number(8, value)), .. Number(20, 7)];

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Number(int field, long value) => [.. Short((ulong)field << 3), .. Short((ulong)value)];

    private static byte[] Message(int field, byte[] content) =>
        [.. Short((ulong)field << 3 | 2), .. Short((ulong)content.Length), .. content];

    private static IEnumerable<byte> Short(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            yield return (byte)(value | 0x80);
        yield return (byte)value;
    }
}
