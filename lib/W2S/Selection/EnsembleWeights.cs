using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Selection;

/// <summary>Weights for <see cref="TeacherPool.Ensemble"/>, the better ones from a small clean set.</summary>
public static class EnsembleWeights
{
    /// <summary>The same weight for every teacher: 1/K.</summary>
    /// <param name="teachers">K, the number of teachers.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public static double[] Uniform(int teachers)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(teachers);
        return [.. Enumerable.Repeat(1.0 / teachers, teachers)];
    }

    /// <summary>Each teacher's share of right answers, over the sum of all shares.</summary>
    /// <param name="teachers">Each teacher's logits on the clean set, [n, C].</param>
    /// <param name="labels">The clean labels, int64 [n].</param>
    /// <returns>w, summing to 1; uniform where nobody was ever right.</returns>
    /// <exception cref="ArgumentException">No teachers, not a label a sample, a label outside the classes, or a logit
    /// that is NaN or +∞.</exception>
    public static double[] ByAccuracy(IReadOnlyList<Tensor> teachers, Tensor labels)
    {
        var accuracies = Mistakes(teachers, labels).Select(x => 1 - x.Average()).ToArray();
        return accuracies.Sum() == 0 ? Uniform(teachers.Count) : [.. accuracies.Select(x => x / accuracies.Sum())];
    }

    /// <summary>SAMME: boosting's weights for given voters, each judged on samples that weigh more the more their
    /// predecessors erred on them.</summary>
    /// <remarks>
    /// With d_i = 1/n at first, for each teacher in turn: ε = Σ d_i·[wrong], w = log((1−ε)/ε) + log(C−1), d_i ∝
    /// d_i·e^(w·[wrong]). A teacher no better than chance has weight 0 and leaves d as it is; ε is kept within half a
    /// sample of 0, so that nobody's vote is infinite. Zhu et al., Multi-class AdaBoost, Statistics and Its Interface 2
    /// (2009); for weak-to-strong see EnsemW2S, arXiv 2410.04571.
    /// </remarks>
    /// <param name="teachers">Each teacher's logits on the clean set, [n, C], in the order of judgement.</param>
    /// <param name="labels">The clean labels, int64 [n].</param>
    /// <returns>w, not negative, not scaled.</returns>
    /// <exception cref="ArgumentException">No teachers, not a label a sample, a label outside the classes, or a logit
    /// that is NaN or +∞.</exception>
    public static double[] Samme(IReadOnlyList<Tensor> teachers, Tensor labels)
    {
        var mistakes = Mistakes(teachers, labels);
        var (n, classes) = (mistakes[0].Length, teachers[0].shape[1]);
        var d = Enumerable.Repeat(1.0 / n, n).ToArray();
        var weights = new double[mistakes.Length];
        for (var k = 0; k < mistakes.Length; k++)
        {
            var error = Math.Clamp(d.Zip(mistakes[k], (a, b) => a * b).Sum(), 0.5 / n, 1 - 0.5 / n);
            weights[k] = Math.Max(0, Math.Log((1 - error) / error) + Math.Log(classes - 1));
            for (var i = 0; i < n; i++) d[i] *= Math.Exp(weights[k] * mistakes[k][i]);
            var sum = d.Sum();
            for (var i = 0; i < n; i++) d[i] /= sum;
        }
        return weights;
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
