namespace W2S.Analysis;

/// <summary>How much of the way from the weak teacher to the strong ceiling the student taught by weak labels has gone.</summary>
/// <remarks>
/// PGR = (weak-to-strong − weak) / (ceiling − weak), the performance gap recovered of Burns et al., arXiv 2312.09390.
/// It has no meaning where ceiling and weak are about equal: such a case is named, not divided.
/// </remarks>
/// <param name="Estimate">Mean and standard deviation of PGR over splits, interval by bootstrap over splits; NaN where not defined.</param>
/// <param name="PerSplit">PGR of each split; NaN where its gap is below the smallest allowed.</param>
/// <param name="Gap">ceiling − weak over splits, fractions, with its Student-t interval.</param>
public sealed record GapRecovered(Estimate Estimate, IReadOnlyList<double> PerSplit, Estimate Gap)
{
    /// <summary>The smallest gap that is divided by where nothing else is said: one point of accuracy.</summary>
    public const double SmallestGap = .01;

    /// <summary>Whether every split has a gap worth dividing by.</summary>
    public bool IsDefined => !double.IsNaN(Estimate.Mean);

    /// <summary>PGR of one split.</summary>
    /// <param name="weak">The teacher's accuracy, 0 … 1.</param>
    /// <param name="weakToStrong">The accuracy of the student taught by it.</param>
    /// <param name="ceiling">The accuracy of the student taught by true labels.</param>
    /// <param name="smallestGap">Below this ceiling − weak the result is NaN.</param>
    /// <returns>0 for a student like its teacher, 1 for one like the ceiling; NaN where the gap is too small.</returns>
    public static double Of(double weak, double weakToStrong, double ceiling, double smallestGap = SmallestGap) =>
        ceiling - weak < smallestGap ? double.NaN : (weakToStrong - weak) / (ceiling - weak);

    /// <summary>PGR over splits or seeds.</summary>
    /// <param name="weak">The teacher's accuracy on each split, 0 … 1.</param>
    /// <param name="weakToStrong">The student's, in the same order.</param>
    /// <param name="ceiling">The ceiling's, in the same order.</param>
    /// <param name="smallestGap">A split with a smaller ceiling − weak makes the whole not defined.</param>
    /// <param name="level">Level of the intervals, between 0 and 1.</param>
    /// <param name="resamples">How many bootstrap draws.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <returns>The mean of the splits' PGR with its spread and interval.</returns>
    /// <exception cref="ArgumentException">The counts differ, there is no value, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The level is outside 0 to 1, the gap or the draws not positive.</exception>
    public static GapRecovered Over(
        IReadOnlyList<double> weak, IReadOnlyList<double> weakToStrong, IReadOnlyList<double> ceiling,
        double smallestGap = SmallestGap, double level = .95, int resamples = 10_000, int seed = 0)
    {
        var gains = Statistics.Differences(weakToStrong, weak);
        var gaps = Statistics.Differences(ceiling, weak);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(smallestGap);
        var perSplit = gains.Select((gain, i) => gaps[i] < smallestGap ? double.NaN : gain / gaps[i]).ToArray();
        var gap = Statistics.OverRuns(gaps, level);
        if (perSplit.Any(double.IsNaN))
        {
            return new GapRecovered(new Estimate(double.NaN, double.NaN, double.NaN, double.NaN, gaps.Count) { Level = level }, perSplit, gap);
        }
        var estimate = Statistics.OverRuns(perSplit, level);
        if (perSplit.Length > 1)
        {
            var (low, high) = Bootstrap.Interval(perSplit.Length, Mean, level, resamples, seed);
            estimate = estimate with { Low = low, High = high };
        }
        return new GapRecovered(estimate, perSplit, gap);

        double Mean(ReadOnlyMemory<int> drawn)
        {
            var sum = 0.0;
            foreach (var i in drawn.Span) sum += perSplit[i];
            return sum / drawn.Length;
        }
    }

    /// <summary>For instance <c>PGR 0.31 ± 0.09, 95 % interval [0.24, 0.38]</c>.</summary>
    /// <returns>The text; where PGR is not defined, why.</returns>
    public override string ToString() => IsDefined
        ? FormattableString.Invariant($"PGR {Estimate}") + (Estimate.HasInterval
            ? FormattableString.Invariant($", {Estimate.Level * 100:0.#} % interval {Estimate.ToIntervalString().Split(' ', 2)[1]}") : "")
        : $"PGR not defined: ceiling and weak are too close on a split (ceiling − weak {Gap.Percent} points)";
}
