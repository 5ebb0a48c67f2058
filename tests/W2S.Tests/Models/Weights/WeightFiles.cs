using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Tests.Models.Weights;

/// <summary>The tensors of a weight file as it names them, of a state dict or of a checkpoint that holds one.</summary>
internal sealed record WeightFiles(string Format, IReadOnlyDictionary<string, Tensor> Tensors,
    IReadOnlyList<string> Notes)
{
    public static WeightFiles Read(string path, string? key = null) => MappedFile.Read(path, file => Parse(file, key));

    public static WeightFiles Parse(ByteView file, string? key = null)
    {
        var (format, sets) = WeightFile.Parse(file);
        var choice = WeightChoice.Find(sets, key, wanted: new HashSet<string>());
        return new WeightFiles(format, choice.Set.Tensors, choice.Notes);
    }
}
