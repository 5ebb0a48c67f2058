using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses;

/// <summary>Cross entropy to labels that <see cref="LossBatch.Check"/> has looked at, hard or soft, smoothed or
/// not.</summary>
internal static class LabelTerm
{
    /// <summary>−Σ_c y'_c log p_c with y' = (1−ε)·y + ε/C, for each sample, [B].</summary>
    public static Tensor CrossEntropy(Logits student, Tensor labels, double smoothing)
    {
        var plain = labels.dim() == 1
            ? student.LogProbabilities().At(Hard(labels)).neg()
            : student.CrossEntropyTo(Soft(labels));
        return smoothing == 0
            ? plain
            : plain.Times(1 - smoothing) - student.LogProbabilities().mean([1]).Times(smoothing);
    }

    /// <summary>The class of each label: the label itself, or the most likely class of a soft one; int64 [B].</summary>
    public static Tensor Classes(Tensor labels) =>
        labels.dim() == 1 ? Hard(labels) : Soft(labels).argmax(1);

    private static Tensor Hard(Tensor labels) => labels.to_type(ScalarType.Int64);

    private static Tensor Soft(Tensor labels) => labels.detach().to_type(ScalarType.Float64);
}
