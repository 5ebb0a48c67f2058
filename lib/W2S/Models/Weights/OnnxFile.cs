using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Models.Weights;

/// <summary>Reads the tensors of an ONNX model (<c>graph.initializer</c>); the graph itself is not run.</summary>
/// <remarks>
/// Format: onnx/onnx.proto in protobuf's wire format. Fields that are not needed are stepped over. Memory is bounded by
/// the file's size: each byte belongs to one tensor, and only whole numbers in protobuf's short form grow, from one
/// byte to eight at most.
/// </remarks>
internal static class OnnxFile
{
    // Fields of ModelProto, GraphProto, NodeProto and TensorProto.
    private const int ModelProducer = 2, ModelGraph = 7;
    private const int GraphNode = 1, GraphTensor = 5;
    private const int NodeInput = 1, NodeOutput = 2, NodeOperator = 4;
    private const int TensorShape = 1, TensorType = 2, TensorFloats = 4, TensorInts = 5, TensorLongs = 7,
        TensorName = 8, TensorRaw = 9, TensorDoubles = 10, TensorPlace = 14;

    private const int MostSizes = 64;

    /// <summary>Whether the bytes begin as every writer begins a model: the format's version, then one of the fields
    /// that follow it.</summary>
    public static bool IsOne(ByteView file)
    {
        if (file.Length < 3)
            return false;
        var start = file.Span(0, 3, "the file");
        return start[0] == 0x08 && start[1] is > 0 and < 0x80
            && start[2] is 0x12 or 0x1a or 0x22 or 0x28 or 0x32 or 0x3a or 0x42 or 0x72;
    }

    /// <summary>Reads tensors and nodes from memory.</summary>
    /// <exception cref="WeightFileException">It is damaged, or keeps its numbers in another file; the message says
    /// where.</exception>
    public static OnnxGraph Parse(ByteView file)
    {
        if (file.Length > int.MaxValue)
            throw new WeightFileException(
                $"it has {file.Length} bytes, more than an ONNX model may; save its weights as safetensors");
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = [];
        List<OnnxNode> nodes = [];
        var (producer, found) = ("", false);
        var model = new ProtoReader(file, "the model");
        while (model.Next())
        {
            if (model.Field == ModelProducer)
                producer = model.Text();
            if (model.Field != ModelGraph)
                continue;
            found = true;
            ReadGraph(model.Bytes(), tensors, nodes);
        }
        if (!found)
            throw new WeightFileException("it holds no graph; it is no ONNX model, or was cut off: fetch it again");
        foreach (var tensor in tensors.Values)
            tensor.MoveToOuterDisposeScope();
        return new OnnxGraph(producer, tensors, nodes);
    }

    private static void ReadGraph(ByteView message, Dictionary<string, Tensor> tensors, List<OnnxNode> nodes)
    {
        var graph = new ProtoReader(message, "the graph");
        while (graph.Next())
        {
            if (graph.Field == GraphNode)
            {
                nodes.Add(ReadNode(graph.Bytes()));
            }
            else if (graph.Field == GraphTensor)
            {
                var (name, tensor) = ReadTensor(graph.Bytes(), tensors.Count);
                if (!tensors.TryAdd(name, tensor))
                    throw new WeightFileException($"{Named(name)} is there twice; save the model again");
            }
        }
    }

    private static OnnxNode ReadNode(ByteView message)
    {
        List<string> inputs = [], outputs = [];
        var kind = "";
        var node = new ProtoReader(message, "a node");
        while (node.Next())
        {
            if (node.Field == NodeInput)
                inputs.Add(node.Text());
            else if (node.Field == NodeOutput)
                outputs.Add(node.Text());
            else if (node.Field == NodeOperator)
                kind = node.Text();
        }
        return new OnnxNode(kind, inputs, outputs);
    }

    private static (string Name, Tensor Tensor) ReadTensor(ByteView message, int index)
    {
        var name = "";
        long code = 0;
        List<long> shape = [];
        List<ProtoReader> numbers = []; // fields with numbers: one, unless the writer cut them into pieces
        var tensor = new ProtoReader(message, $"tensor {index}");
        while (tensor.Next())
        {
            switch (tensor.Field)
            {
                case TensorName:
                    name = tensor.Text();
                    break;
                case TensorType:
                    code = tensor.Number();
                    break;
                case TensorShape:
                    if (shape.Count + tensor.CountNumbers() > MostSizes)
                        throw tensor.Damaged($"has a shape of more than {MostSizes} sizes");
                    tensor.EachNumber(shape.Add);
                    break;
                case TensorFloats or TensorInts or TensorLongs or TensorRaw or TensorDoubles:
                    numbers.Add(tensor);
                    break;
                case TensorPlace when tensor.Number() == 1:
                    throw new WeightFileException(
                        $"{Named(name)} has its numbers in another file, which is not read; save the model with its "
                        + "weights inside");
            }
        }
        var type = ElementTypes.FromOnnx(code) ?? throw new WeightFileException(
            $"{Named(name)} is of ONNX's type {code}, which is not read; convert it to one of "
            + $"{ElementTypes.OnnxNames}");
        using var flat = Join(Named(name), type, shape, numbers);
        return (name, flat.reshape([.. shape]));
    }

    private static Tensor Join(string name, ScalarType type, List<long> shape, List<ProtoReader> numbers)
    {
        var size = ElementTypes.Bytes(type);
        var fields = numbers.Select(field => field.Field).Distinct().ToArray();
        if (fields.Length > 1 || (fields is [TensorRaw] && numbers.Count > 1))
            throw new WeightFileException($"{name} has its numbers more than once; save the model again");
        var given = fields switch
        {
            [] => 0,
            [TensorRaw] => Whole(size),
            [TensorFloats] when type == ScalarType.Float32 => Whole(size),
            [TensorDoubles] when type == ScalarType.Float64 => Whole(size),
            [TensorLongs] when type == ScalarType.Int64 => numbers.Sum(field => field.CountNumbers()),
            [TensorInts] when size < 4 || type == ScalarType.Int32 => numbers.Sum(field => field.CountNumbers()),
            _ => throw new WeightFileException(
                $"{name} of {type} has its numbers in field {fields[0]}, which is another type's; save the model "
                + "again"),
        };
        if (ElementTypes.Count(shape) != given)
            throw new WeightFileException(
                $"{name} of {type} [{string.Join(", ", shape)}] has {given} numbers; the file is damaged or was cut "
                + "off: fetch it again");
        return numbers.Count == 1 && fields is not ([TensorLongs] or [TensorInts])
            ? ElementTypes.Copy(numbers[0].Bytes(), type) : FromPieces(type, given, numbers);

        long Whole(int size)
        {
            var bytes = numbers.Sum(field => field.Bytes().Length);
            return bytes % size == 0 ? bytes / size : throw new WeightFileException(
                $"{name} has {bytes} bytes of numbers, which are no whole {type}s; the file is damaged or was cut off: "
                + "fetch it again");
        }
    }

    // Of a number in the short form, the lowest bytes are the element: integers as they are, half floats and bools as
    // their bits.
    private static Tensor FromPieces(ScalarType type, long count, List<ProtoReader> pieces)
    {
        var size = ElementTypes.Bytes(type);
        var bytes = new byte[count * size];
        var at = 0;
        foreach (var piece in pieces)
        {
            if (piece.Field is TensorLongs or TensorInts)
            {
                piece.EachNumber(number => Take(BitConverter.GetBytes(number).AsSpan(0, size)));
                continue;
            }
            var part = piece.Bytes();
            Take(part.Span(0, (int)part.Length, "a piece of a tensor"));
        }
        return ElementTypes.Copy(bytes, type);

        void Take(ReadOnlySpan<byte> part)
        {
            part.CopyTo(bytes.AsSpan(at));
            at += part.Length;
        }
    }

    private static string Named(string name) => $"tensor '{FileKinds.Printable(name)}'";
}
