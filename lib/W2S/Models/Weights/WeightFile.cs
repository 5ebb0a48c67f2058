using W2S.Torch;

namespace W2S.Models.Weights;

/// <summary>Tells the formats of weight files apart, by their first bytes.</summary>
internal static class WeightFile
{
    public const string PyTorchZip = "PyTorch zip", PyTorchLegacy = "PyTorch legacy", SafeTensors = "safetensors",
        Onnx = "ONNX";

    /// <summary>The format of a file's bytes.</summary>
    /// <param name="file">The file.</param>
    /// <param name="wanted">Those that may be meant.</param>
    /// <exception cref="WeightFileException">It is of none of them; the message says what it is instead.</exception>
    public static string FormatOf(ByteView file, params ReadOnlySpan<string> wanted)
    {
        var found = FormatOf(file);
        return wanted.Contains(found) ? found : throw new WeightFileException(
            $"it is a file of the format {found}, not of {string.Join(" or ", wanted.ToArray())}");
    }

    /// <summary>Everything in a file that could be a state dict, owned by the current dispose scope.</summary>
    /// <exception cref="WeightFileException">It is no weight file, is damaged, or holds no tensors by name.</exception>
    public static (string Format, IReadOnlyList<WeightSet> Sets) Parse(ByteView file)
    {
        var format = FormatOf(file);
        if (format == SafeTensors)
            return (format, [new WeightSet(SafeTensorsFile.Parse(file))]);
        if (format == Onnx)
        {
            var graph = OnnxFile.Parse(file);
            return graph.Tensors.Count > 0 ? (format, [new WeightSet(graph)]) : throw new WeightFileException(
                $"it is an ONNX model of {graph.Nodes.Count} nodes without a tensor; save it with its weights");
        }
        var root = PyTorchFile.Parse(file);
        var sets = WeightSet.FindAll(root);
        return sets.Count > 0 ? (format, sets)
            : throw new WeightFileException($"it holds no state dict, but {PickleNames.DescribeWhole(root)}");
    }

    private static string FormatOf(ByteView file)
    {
        var start = file.Span(0, (int)Math.Min(FileKinds.Telling, file.Length), "the file");
        // First, as the length of its header may look like the beginning of a zip file.
        if (SafeTensorsFile.IsOne(file))
            return SafeTensors;
        if (start.StartsWith("PK"u8))
            return PyTorchZip;
        if (start.StartsWith((ReadOnlySpan<byte>)[0x80]))
            return PyTorchLegacy;
        if (FileKinds.Describe(start) is { } kind)
            throw new WeightFileException(kind);
        // A length that no header has is told where it is read.
        if (start.Length > 8 && start[8] == '{')
            return SafeTensors;
        return OnnxFile.IsOne(file) ? Onnx : throw new WeightFileException(
            $"its first bytes ({Convert.ToHexString(start[..Math.Min(9, start.Length)])}) are those of neither a "
            + "safetensors nor a PyTorch nor an ONNX file");
    }
}
