using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Selection;

/// <summary>P(right): how likely a label is right, learned from labels that somebody has checked.</summary>
/// <remarks>
/// Logistic regression: P(right) = σ(b + Σ_k w_k (e_k − mean_k)/deviation_k) of the evidence e, for instance what each
/// witness gives the label. It minimises the sum of −log likelihoods plus ½ Σ w_k² by Newton's steps; b goes free.
/// </remarks>
public sealed class LabelTrust
{
    private readonly double[] mean, deviation, weights;

    private LabelTrust(double[] mean, double[] deviation, double[] weights) =>
        (this.mean, this.deviation, this.weights) = (mean, deviation, weights);

    /// <summary>w for each piece of evidence, in standard deviations, then b.</summary>
    public IReadOnlyList<double> Weights => weights;

    /// <summary>Learns from checked labels.</summary>
    /// <param name="evidence">A row for each label, all of one length, each number finite.</param>
    /// <param name="right">Whether each label is right.</param>
    /// <returns>What it learned.</returns>
    /// <exception cref="ArgumentException">Counts differ, there is no evidence, a number is not finite, or the labels
    /// are all right or all wrong.</exception>
    public static LabelTrust Learn(IReadOnlyList<double[]> evidence, IReadOnlyList<bool> right)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(right);
        Checks.SameCount(evidence.Count, right.Count, nameof(evidence), nameof(right));
        if (right.Distinct().Count() < 2)
            throw new ArgumentException($"{right.Count} checked labels of which {right.Count(x => x)} are right; "
                + "give some of each", nameof(right));
        var width = evidence[0].Length;
        if (width == 0 || evidence.Any(row => row.Length != width))
            throw new ArgumentException("rows of evidence differ in length, or are empty; give each the same",
                nameof(evidence));
        Checks.Finite([.. evidence.SelectMany(row => row)], nameof(evidence));
        double[] mean = [.. Enumerable.Range(0, width).Select(k => evidence.Average(row => row[k]))];
        double[] deviation = [.. Enumerable.Range(0, width).Select(
            k => Math.Max(1e-12, Math.Sqrt(evidence.Average(row => (row[k] - mean[k]) * (row[k] - mean[k])))))];
        var trust = new LabelTrust(mean, deviation, new double[width + 1]);
        using var scope = NewDisposeScope();
        var x = stack([.. evidence.Select(row => tensor(trust.Standard(row)))]);
        var y = tensor([.. right.Select(r => r ? 1.0 : 0)]);
        var penalty = ones(width + 1, ScalarType.Float64);
        penalty[width] = tensor(0.0);
        var w = zeros(width + 1, ScalarType.Float64);
        double Cost(Tensor at) => (nn.functional.softplus(x.mv(at)) - y * x.mv(at)).sum().item<double>()
            + (penalty * at * at).sum().item<double>() / 2;
        for (var (step, cost) = (0, Cost(w)); step < 100; step++)
        {
            var p = x.mv(w).sigmoid();
            var slope = x.t().mv(p - y) + penalty * w;
            var move = linalg.solve(x.t().matmul(x * (p * (1 - p)).unsqueeze(1)) + penalty.diag(), slope);
            while (Cost(w - move) > cost && move.abs().max().item<double>() > 1e-12) move = move / 2;
            w -= move;
            cost = Cost(w);
            if (move.abs().max().item<double>() < 1e-10) break;
        }
        return new LabelTrust(mean, deviation, w.data<double>().ToArray());
    }

    /// <summary>How likely labels are right.</summary>
    /// <param name="evidence">A row for each label, as for <see cref="Learn"/>.</param>
    /// <returns>P(right) of each, 0 … 1.</returns>
    public double[] Of(IReadOnlyList<double[]> evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return [.. evidence.Select(row => 1 / (1 + Math.Exp(-Standard(row).Zip(weights, (e, w) => e * w).Sum())))];
    }

    private double[] Standard(double[] row) => [.. row.Select((e, k) => (e - mean[k]) / deviation[k]), 1];
}
