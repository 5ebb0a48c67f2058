using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Analysis;

/// <summary>How often the right class is named.</summary>
internal static class Accuracy
{
    /// <summary>How often the largest logit is the true class's.</summary>
    /// <param name="logits">Floating point [N, C]; equal logits count for the class that argmax names.</param>
    /// <param name="labels">int64 [N].</param>
    /// <returns>0 … 1.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit.</exception>
    public static double Top1(Tensor logits, Tensor labels) =>
        Correct(logits, labels).Average(right => right ? 1.0 : 0.0);

    /// <summary>Which samples are right: the largest logit is the true class's.</summary>
    /// <param name="logits">Floating point [N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <returns>N values.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit.</exception>
    public static bool[] Correct(Tensor logits, Tensor labels)
    {
        var named = Predictions.Classes(logits);
        var truth = Checks.Labels(labels, named.Length, logits.shape[1]);
        return [.. named.Zip(truth, (a, b) => a == b)];
    }
}
