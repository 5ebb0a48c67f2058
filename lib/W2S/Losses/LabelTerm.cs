using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses;

/// <summary>Cross entropy to labels, hard or soft, smoothed or not.</summary>
internal static class LabelTerm
{
    /// <summary>−Σ_c y'_c log p_c with y' = (1−ε)·y + ε/C, for each sample, [B].</summary>
    public static Tensor CrossEntropy(Logits student, Tensor labels, double smoothing)
    {
        var plain = labels.dim() == 1
            ? student.CrossEntropy(Hard(student, labels))
            : student.CrossEntropyTo(Soft(student, labels));
        return smoothing == 0
            ? plain
            : plain.Times(1 - smoothing) - student.LogProbabilities().mean([1]).Times(smoothing);
    }

    /// <summary>The class of each label: the label itself, or the most likely class of a soft one; int64 [B].</summary>
    public static Tensor Classes(Logits student, Tensor labels) =>
        labels.dim() == 1 ? Hard(student, labels) : Soft(student, labels).argmax(1);

    private static Tensor Hard(Logits student, Tensor labels)
    {
        if (labels.shape[0] != student.Values.shape[0])
            throw new ArgumentException($"{labels.shape[0]} labels for a batch of {student.Values.shape[0]}; give one a sample");
        if (labels.is_floating_point())
            throw new ArgumentException($"labels of type {labels.dtype} and shape [{labels.shape[0]}]; give int64 [batch], or a distribution [batch, classes]");
        return labels.to_type(ScalarType.Int64);
    }

    private static Tensor Soft(Logits student, Tensor labels)
    {
        if (!labels.shape.SequenceEqual(student.Values.shape))
            throw new ArgumentException(
                $"labels of shape [{string.Join(", ", labels.shape)}] for logits of shape [{string.Join(", ", student.Values.shape)}]; give int64 [batch] or a distribution of the logits' shape");
        return labels.detach().to_type(ScalarType.Float64);
    }
}
