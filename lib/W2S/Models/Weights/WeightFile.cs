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
        var start = new byte[9];
        try
        {
            using var stream = File.OpenRead(path);
            stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WeightFileException($"{path}: cannot be opened ({error.Message})", error);
        }
        if (start[8] == '{')
            return new WeightFile("safetensors", SafeTensorsFile.Read(path), []);
        var zip = start.AsSpan(0, 2).SequenceEqual("PK"u8);
        if (!zip && start[0] != 0x80)
            throw new WeightFileException($"{path}: its first bytes are those of neither a safetensors nor a PyTorch file");
        List<string> notes = [];
        var root = PyTorchFile.Read(path);
        var tensors = Find(root, notes) ?? throw new WeightFileException($"{path}: holds no state dict, but {PickleNames.Describe(root)}");
        return new WeightFile(zip ? "PyTorch zip" : "PyTorch legacy", tensors, notes);
    }

    private static Dictionary<string, Tensor>? Find(object? value, List<string> notes)
    {
        if (value is not Dictionary<object, object?> map)
            return null;
        if (map.Count > 0 && map.All(entry => entry is { Key: string, Value: Tensor }))
            return map.ToDictionary(entry => (string)entry.Key, entry => (Tensor)entry.Value!);
        foreach (var place in Places)
        {
            if (map.TryGetValue(place, out var inner) && !ReferenceEquals(inner, map) && Find(inner, notes) is { } found)
            {
                notes.Insert(0, $"the state dict was under '{place}'");
                return found;
            }
        }
        return null;
    }
}
