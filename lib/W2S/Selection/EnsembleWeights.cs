using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Selection;

/// <summary>Weights for <see cref="TeacherPool.Ensemble"/> from a small clean set.</summary>
public static class EnsembleWeights
{
    /// <summary>Each teacher's share of right answers, over the sum of all shares.</summary>
    /// <param name="teachers">Each teacher's logits on the clean set, [n, C].</param>
    /// <param name="labels">The clean labels, int64 [n].</param>
    /// <returns>w, summing to 1; uniform where nobody was ever right.</returns>
    /// <exception cref="ArgumentException">No teachers, not a label a sample, a label outside the classes, or a logit
    /// that is NaN or +∞.</exception>
    public static double[] ByAccuracy(IReadOnlyList<Tensor> teachers, Tensor labels)
    {
        var accuracies = Mistakes(teachers, labels).Select(x => 1 - x.Average()).ToArray();
        var sum = accuracies.Sum();
        return [.. accuracies.Select(x => sum == 0 ? 1.0 / accuracies.Length : x / sum)];
    }

    private static double[][] Mistakes(IReadOnlyList<Tensor> teachers, Tensor labels)
    {
        Checks.Logits(teachers, nameof(teachers));
        Checks.Labels(labels, teachers[0].shape[0], teachers[0].shape[1]);
        using var scope = NewDisposeScope();
        return [.. teachers.Select(
            x => x.argmax(1).ne(labels).to_type(ScalarType.Float64).cpu().data<double>().ToArray())];
    }
}
