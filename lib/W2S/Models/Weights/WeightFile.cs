using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Models.Weights;

/// <summary>The named tensors of a weight file.</summary>
/// <param name="Format">safetensors, PyTorch zip, PyTorch legacy or ONNX.</param>
/// <param name="Tensors">By key, owned by the dispose scope that was current when they were read.</param>
/// <param name="Notes">Where in the file they were, if not at its top.</param>
public sealed record WeightFile(string Format, IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyList<string> Notes)
{
    /// <summary>Reads a state dict in any of the formats, told apart by the first bytes.</summary>
    /// <param name="path">A <c>.safetensors</c>, <c>.pth</c> or <c>.pt</c> file, of a state dict or of a checkpoint
    /// that holds one; or an <c>.onnx</c> model, whose tensors have the names its graph gives them.</param>
    /// <param name="key">
    /// Which one, where there are several: the keys that lead to it, or the leading parts of its names, with dots
    /// between (<c>"teacher"</c>, <c>"checkpoint.ema"</c>). Null: the only one, or that under <c>state_dict</c>,
    /// <c>model</c> and the like.
    /// </param>
    /// <returns>Its tensors. Values beside them are passed over and named in the notes.</returns>
    /// <exception cref="WeightFileException">
    /// There is no such file, it is damaged or of another kind, it holds no state dict, or several of which none is
    /// named.
    /// </exception>
    public static WeightFile Read(string path, string? key = null)
    {
        using var file = new MappedFile(path);
        try
        {
            return Parse(file.View, key);
        }
        catch (WeightFileException error)
        {
            throw error.In(path);
        }
    }

    /// <summary>Reads the same from memory.</summary>
    internal static WeightFile Parse(ByteView file, string? key = null)
    {
        using var scope = NewDisposeScope();
        var (format, sets) = ParseAll(file);
        var found = WeightChoice.Find(sets, key, wanted: null);
        foreach (var tensor in found.Set.Tensors.Values)
            tensor.MoveToOuterDisposeScope();
        return new WeightFile(format, found.Set.Tensors, found.Notes);
    }

    /// <summary>Everything in a file that could be a state dict, owned by the current dispose scope.</summary>
    /// <exception cref="WeightFileException">It is no weight file, is damaged, or holds no tensors by name.</exception>
    internal static (string Format, IReadOnlyList<WeightSet> Sets) ParseAll(ByteView file)
    {
        var start = file.Span(0, (int)Math.Min(FileKinds.Telling, file.Length), "the file");
        if (start.StartsWith("PK"u8) || start.StartsWith((ReadOnlySpan<byte>)[0x80]) && !SafeTensorsFile.IsOne(file))
        {
            var root = PyTorchFile.Parse(file, verify: true);
            var sets = WeightSet.FindAll(root);
            return sets.Count > 0
                ? (start[0] == 'P' ? "PyTorch zip" : "PyTorch legacy", sets)
                : throw new WeightFileException($"it holds no state dict, but {PickleNames.DescribeWhole(root)}");
        }
        if (FileKinds.Describe(start) is { } kind && !SafeTensorsFile.IsOne(file))
            throw new WeightFileException(kind);
        if (start.Length > 8 && start[8] == '{')
            return ("safetensors", [new WeightSet(SafeTensorsFile.Parse(file).Tensors)]);
        if (OnnxFile.IsOne(file))
        {
            var graph = OnnxFile.Parse(file);
            return graph.Tensors.Count > 0 ? ("ONNX", [new WeightSet(graph)]) : throw new WeightFileException(
                $"it is an ONNX model of {graph.Nodes.Count} nodes without a tensor; save it with its weights");
        }
        throw new WeightFileException(
            $"its first bytes ({Convert.ToHexString(start[..Math.Min(9, start.Length)])}) are those of neither a "
            + "safetensors nor a PyTorch nor an ONNX file");
    }
}
