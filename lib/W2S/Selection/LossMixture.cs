using W2S.Torch;

namespace W2S.Selection;

/// <summary>Two normal distributions fitted to the losses of a set: the lower is taken for right labels, the upper for
/// wrong ones.</summary>
/// <remarks>
/// Losses are brought to 0 … 1 (least to largest), then fitted by expectation–maximisation until the mean log
/// likelihood moves by less than 1e-9 or 500 rounds are over; each variance gets 5e-4 added. Li et al., DivideMix, ICLR
/// 2020, arXiv 2002.07394, after the beta mixture of Arazo et al., ICML 2019, arXiv 1904.11238. Start: means at the
/// quartiles, common variance, equal weights, so that no chance is involved.
/// </remarks>
/// <param name="Means">Of the two, the lower first, on the scale 0 … 1.</param>
/// <param name="Deviations">Standard deviations on that scale.</param>
/// <param name="Weights">Shares of the two, together 1.</param>
/// <param name="Clean">For each loss the probability that it belongs to the lower distribution, 0 … 1.</param>
public sealed record LossMixture((double Low, double High) Means, (double Low, double High) Deviations,
    (double Low, double High) Weights, IReadOnlyList<double> Clean)
{
    private const double Floor = 5e-4, Tolerance = 1e-9;
    private const int Rounds = 500;

    /// <summary>Fits the two.</summary>
    /// <param name="losses">A loss for each sample, each finite, not all alike.</param>
    /// <returns>The fit.</returns>
    /// <exception cref="ArgumentException">Fewer than two losses, one that is not finite, or all alike.</exception>
    public static LossMixture Fit(IReadOnlyList<double> losses)
    {
        Checks.Finite(losses, nameof(losses));
        if (losses.Count < 2)
            throw new ArgumentException($"{losses.Count} losses cannot be told apart; give two or more",
                nameof(losses));
        var (least, largest) = (losses.Min(), losses.Max());
        if (least == largest)
            throw new ArgumentException($"all losses are {least}; there is nothing to tell apart", nameof(losses));
        var x = losses.Select(loss => (loss - least) / (largest - least)).ToArray();
        var sorted = x.Order().ToArray();
        var (mean, spread) = (new[] { sorted[x.Length / 4], sorted[3 * x.Length / 4] },
            Variance(x, Enumerable.Repeat(1.0, x.Length).ToArray(), x.Average()));
        double[] variance = [spread, spread], weight = [.5, .5];
        var upper = new double[x.Length];
        var before = double.NegativeInfinity;
        for (var round = 0; round < Rounds; round++)
        {
            var likelihood = Expect(x, mean, variance, weight, upper);
            var lower = upper.Select(u => 1 - u).ToArray();
            foreach (var (k, share) in new[] { (0, lower), (1, upper) })
            {
                var sum = Math.Max(share.Sum(), 1e-12);
                mean[k] = x.Zip(share, (value, s) => value * s).Sum() / sum;
                variance[k] = Variance(x, share, mean[k]);
                weight[k] = sum / x.Length;
            }
            if (Math.Abs(likelihood - before) < Tolerance) break;
            before = likelihood;
        }
        Expect(x, mean, variance, weight, upper);
        var (low, high) = mean[0] <= mean[1] ? (0, 1) : (1, 0);
        return new LossMixture((mean[low], mean[high]), (Math.Sqrt(variance[low]), Math.Sqrt(variance[high])),
            (weight[low], weight[high]),
            [.. upper.Select(u => low == 0 ? 1 - u : u)]);
    }

    /// <summary>Fills in each value's share of the upper distribution and returns the mean log likelihood.</summary>
    private static double Expect(double[] x, double[] mean, double[] variance, double[] weight, double[] upper)
    {
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            var (a, b) = (Log(0), Log(1));
            var top = Math.Max(a, b);
            var total = top + Math.Log(Math.Exp(a - top) + Math.Exp(b - top));
            upper[i] = Math.Exp(b - total);
            sum += total;

            double Log(int k) =>
                Math.Log(weight[k]) - (x[i] - mean[k]) * (x[i] - mean[k]) / (2 * variance[k])
                    - .5 * Math.Log(2 * Math.PI * variance[k]);
        }
        return sum / x.Length;
    }

    private static double Variance(double[] x, double[] share, double mean) =>
        x.Zip(share, (value, s) => s * (value - mean) * (value - mean)).Sum() / Math.Max(share.Sum(), 1e-12) + Floor;
}
