using System.Text;

namespace W2S.Models.Weights;

/// <summary>How loading a weight file went.</summary>
/// <param name="Path">The file.</param>
/// <param name="Format">safetensors, PyTorch zip, PyTorch legacy or ONNX.</param>
/// <param name="Loaded">How many tensors were copied.</param>
/// <param name="Missing">Keys of the network that the file lacks.</param>
/// <param name="Unexpected">Keys of the file that the network lacks.</param>
/// <param name="Misshapen">Keys whose shapes differ, with both shapes.</param>
/// <param name="Notes">Names that were mapped, types that were converted, and what else was done.</param>
public sealed record LoadReport(
    string Path,
    string Format,
    int Loaded,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Unexpected,
    IReadOnlyList<string> Misshapen,
    IReadOnlyList<string> Notes)
{
    /// <summary>Whether every key found its place.</summary>
    public bool Complete => Missing.Count + Unexpected.Count + Misshapen.Count == 0;

    /// <summary>The report in words.</summary>
    /// <returns>One line where all is well, else a list of what is not.</returns>
    public override string ToString()
    {
        var text = new StringBuilder($"{System.IO.Path.GetFileName(Path)} ({Format}): {Loaded} tensors loaded");
        foreach (var (what, keys) in new[] { ("missing", Missing), ("unexpected", Unexpected),
            ("misshapen", Misshapen) })
        {
            if (keys.Count > 0)
                text.Append(
                    $"\n  {keys.Count} {what}: {string.Join(", ", keys.Take(20))}{(keys.Count > 20 ? ", …" : "")}");
        }
        foreach (var note in Notes)
            text.Append($"\n  {note}");
        return text.ToString();
    }
}
