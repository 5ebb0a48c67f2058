using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Analysis;

/// <summary>One bin of a reliability diagram.</summary>
/// <param name="Low">The bin's lower end (equal width) or lowest confidence (equal mass).</param>
/// <param name="High">The bin's upper end or highest confidence.</param>
/// <param name="Confidence">Mean confidence of its samples; NaN where it has none.</param>
/// <param name="Accuracy">Share of its samples that are right; NaN where it has none.</param>
/// <param name="Count">How many samples.</param>
public sealed record ReliabilityBin(double Low, double High, double Confidence, double Accuracy, int Count);

/// <summary>How far confidence is from accuracy.</summary>
/// <remarks>
/// ECE = Σ_b (n_b / N) · |accuracy_b − confidence_b| over bins of the largest probability: Naeini et al. 2015;
/// bins (low, high] of equal width as in Guo et al. 2017 (arXiv 1706.04599), or of equal mass as in Nixon et al. 2019
/// (arXiv 1904.01685).
/// </remarks>
/// <param name="Ece">Expected calibration error, 0 … 1.</param>
/// <param name="Largest">The largest difference of a bin, 0 … 1.</param>
/// <param name="Bins">The bins in order of confidence.</param>
/// <param name="Count">How many samples.</param>
public sealed record Calibration(double Ece, double Largest, IReadOnlyList<ReliabilityBin> Bins, int Count)
{
    /// <summary>Bins of equal width on 0 … 1.</summary>
    /// <param name="logits">Floating point [N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <param name="bins">How many bins.</param>
    /// <returns>The calibration; empty bins are kept.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of bins is not positive.</exception>
    public static Calibration EqualWidth(Tensor logits, Tensor labels, int bins = 15) =>
        EqualWidthBins(Scores.Confidence(logits), Accuracy.Correct(logits, labels), bins);

    /// <summary>Bins that hold equally many samples, up to one.</summary>
    /// <param name="logits">Floating point [N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <param name="bins">How many bins; not more than samples are made.</param>
    /// <returns>The calibration.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of bins is not positive.</exception>
    public static Calibration EqualMass(Tensor logits, Tensor labels, int bins = 15) =>
        EqualMassBins(Scores.Confidence(logits), Accuracy.Correct(logits, labels), bins);

    /// <summary>Bins of equal width on 0 … 1.</summary>
    /// <param name="confidence">Confidence of each sample, 0 … 1.</param>
    /// <param name="correct">Whether it is right.</param>
    /// <param name="bins">How many bins.</param>
    /// <returns>The calibration; empty bins are kept.</returns>
    /// <exception cref="ArgumentException">The counts differ, there is no sample, or a confidence is outside 0 …
    /// 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of bins is not positive.</exception>
    public static Calibration EqualWidthBins(IReadOnlyList<double> confidence, IReadOnlyList<bool> correct,
        int bins = 15)
    {
        Check(confidence, correct, bins);
        var samples = Enumerable.Range(0, confidence.Count)
            .ToLookup(i => Math.Clamp((int)Math.Ceiling(confidence[i] * bins) - 1, 0, bins - 1));
        return Of(Enumerable.Range(0, bins).Select(b =>
            Bin(confidence, correct, [.. samples[b]], (double)b / bins, (double)(b + 1) / bins)), confidence.Count);
    }

    /// <summary>Bins that hold equally many samples, up to one; the first ones hold one more.</summary>
    /// <param name="confidence">Confidence of each sample, 0 … 1.</param>
    /// <param name="correct">Whether it is right.</param>
    /// <param name="bins">How many bins; not more than samples are made.</param>
    /// <returns>The calibration.</returns>
    /// <exception cref="ArgumentException">The counts differ, there is no sample, or a confidence is outside 0 …
    /// 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of bins is not positive.</exception>
    public static Calibration EqualMassBins(IReadOnlyList<double> confidence, IReadOnlyList<bool> correct,
        int bins = 15)
    {
        Check(confidence, correct, bins);
        var order = Enumerable.Range(0, confidence.Count).OrderBy(i => confidence[i]).ToArray();
        bins = Math.Min(bins, order.Length);
        var (size, longer) = (order.Length / bins, order.Length % bins);
        var made = new List<ReliabilityBin>(bins);
        for (int b = 0, start = 0; b < bins; b++)
        {
            var members = order[start..(start += size + (b < longer ? 1 : 0))];
            made.Add(Bin(confidence, correct, members, confidence[members[0]], confidence[members[^1]]));
        }
        return Of(made, order.Length);
    }

    private static Calibration Of(IEnumerable<ReliabilityBin> bins, int count)
    {
        var all = bins.ToArray();
        var used = all.Where(bin => bin.Count > 0).Select(
            bin => (bin.Count, Gap: Math.Abs(bin.Accuracy - bin.Confidence))).ToArray();
        return new Calibration(used.Sum(bin => bin.Count * bin.Gap) / count, used.Max(bin => bin.Gap), all, count);
    }

    private static ReliabilityBin Bin(IReadOnlyList<double> confidence, IReadOnlyList<bool> correct, int[] members,
        double low, double high) =>
        members.Length == 0 ? new ReliabilityBin(low, high, double.NaN, double.NaN, 0)
            : new ReliabilityBin(low, high, members.Average(i => confidence[i]),
                members.Average(i => correct[i] ? 1.0 : 0.0), members.Length);

    private static void Check(IReadOnlyList<double> confidence, IReadOnlyList<bool> correct, int bins)
    {
        Checks.Finite(confidence, nameof(confidence));
        ArgumentNullException.ThrowIfNull(correct);
        Checks.SameCount(confidence.Count, correct.Count, nameof(confidence), nameof(correct));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        foreach (var value in confidence)
        {
            if (value is < 0 or > 1 + 1e-9)
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"confidence {value} is outside 0 to 1; give probabilities"),
                    nameof(confidence));
            }
        }
    }
}
