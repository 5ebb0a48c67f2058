using static TorchSharp.torch;

namespace W2S.Models.Weights;

/// <summary>The named tensors of a weight file.</summary>
/// <param name="Format">safetensors, PyTorch zip or PyTorch legacy.</param>
/// <param name="Tensors">By key, owned by the dispose scope that was current when they were read.</param>
/// <param name="Notes">Where in the file they were, if not at its top.</param>
public sealed record WeightFile(string Format, IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyList<string> Notes)
{
    // Where training code of the field keeps the state dict inside a checkpoint, in order of preference.
    private static readonly string[] Places = ["state_dict", "model", "model_state_dict", "model_sd", "net", "network", "weights"];

    /// <summary>Reads a state dict in any of the formats, told apart by the first bytes.</summary>
    /// <param name="path">A <c>.safetensors</c>, <c>.pth</c> or <c>.pt</c> file, of a state dict or of a checkpoint that holds one.</param>
    /// <returns>Its tensors.</returns>
    /// <exception cref="WeightFileException">There is no such file, it is damaged, or it holds no state dict.</exception>
    public static WeightFile Read(string path)
    {
        using var file = new MappedFile(path);
        try
        {
            return Parse(file.View);
        }
        catch (WeightFileException error)
        {
            throw error.In(path);
        }
    }

    /// <summary>Reads the same from memory.</summary>
    internal static WeightFile Parse(ByteView file)
    {
        var start = file.Span(0, (int)Math.Min(9, file.Length), "the file");
        if (start.Length == 9 && start[8] == '{')
            return new WeightFile("safetensors", SafeTensorsFile.Parse(file).Tensors, []);
        var zip = start.StartsWith("PK"u8);
        if (!zip && !start.StartsWith((ReadOnlySpan<byte>)[0x80]))
            throw new WeightFileException($"its first bytes ({Convert.ToHexString(start)}) are those of neither a safetensors nor a PyTorch file");
        using var scope = NewDisposeScope();
        List<string> notes = [];
        var root = PyTorchFile.Parse(file, verify: true);
        var tensors = Find(root, notes, depth: 0) ?? throw new WeightFileException($"it holds no state dict, but {PickleNames.Describe(root)}");
        foreach (var tensor in tensors.Values)
            tensor.MoveToOuterDisposeScope();
        return new WeightFile(zip ? "PyTorch zip" : "PyTorch legacy", tensors, notes);
    }

    // A container may hold itself: four levels are more than any checkpoint of the field has.
    private static Dictionary<string, Tensor>? Find(object? value, List<string> notes, int depth)
    {
        if (value is not Dictionary<object, object?> map || depth > 4)
            return null;
        if (map.Count > 0 && map.All(entry => entry is { Key: string, Value: Tensor }))
            return map.ToDictionary(entry => (string)entry.Key, entry => (Tensor)entry.Value!);
        foreach (var place in Places)
        {
            if (map.TryGetValue(place, out var inner) && Find(inner, notes, depth + 1) is { } found)
            {
                notes.Insert(0, $"the state dict was under '{place}'");
                return found;
            }
        }
        return null;
    }
}
