using W2S.Torch;

namespace W2S.Analysis;

/// <summary>How much of the way from the weak teacher to the strong ceiling the student taught by weak labels has
/// gone.</summary>
/// <remarks>
/// PGR = (weak-to-strong − weak) / (ceiling − weak), the performance gap recovered of Burns et al., arXiv 2312.09390.
/// It has no meaning where ceiling and weak are about equal: such a case is named, not divided.
/// </remarks>
/// <param name="Estimate">Mean and standard deviation of PGR over splits, with its Student-t interval; NaN where not
/// defined.</param>
/// <param name="PerSplit">PGR of each split; NaN where its gap is below the smallest allowed.</param>
/// <param name="Gap">ceiling − weak over splits, fractions, with its Student-t interval.</param>
public sealed record GapRecovered(Estimate Estimate, IReadOnlyList<double> PerSplit, Estimate Gap)
{
    /// <summary>The smallest gap that is divided by where nothing else is said: one point of accuracy.</summary>
    public const double SmallestGap = .01;

    /// <summary>In how many splits the ceiling lies below the weak teacher: the "strong" side is the weaker one
    /// there.</summary>
    public int CeilingBelow { get; private init; }

    /// <summary>Whether every split has a gap worth dividing by.</summary>
    public bool IsDefined => !double.IsNaN(Estimate.Mean);

    /// <summary>PGR of one split.</summary>
    /// <param name="weak">The teacher's accuracy, 0 … 1.</param>
    /// <param name="weakToStrong">The accuracy of the student taught by it.</param>
    /// <param name="ceiling">The accuracy of the student taught by true labels.</param>
    /// <param name="smallestGap">Below this ceiling − weak the result is NaN.</param>
    /// <returns>0 for a student like its teacher, 1 for one like the ceiling; NaN where the gap is too small.</returns>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The smallest gap is not positive.</exception>
    public static double Of(double weak, double weakToStrong, double ceiling, double smallestGap = SmallestGap)
    {
        Checks.Finite(weak, nameof(weak));
        Checks.Finite(weakToStrong, nameof(weakToStrong));
        Checks.Finite(ceiling, nameof(ceiling));
        CheckSmallest(smallestGap);
        return ceiling - weak < smallestGap ? double.NaN : (weakToStrong - weak) / (ceiling - weak);
    }

    /// <summary>PGR over splits or seeds.</summary>
    /// <param name="weak">The teacher's accuracy on each split, 0 … 1.</param>
    /// <param name="weakToStrong">The student's, in the same order.</param>
    /// <param name="ceiling">The ceiling's, in the same order.</param>
    /// <param name="smallestGap">A split with a smaller ceiling − weak makes the whole not defined.</param>
    /// <param name="level">Level of the intervals, between 0 and 1.</param>
    /// <param name="testPerTrain">Test images for each training image where the splits re-deal one pool: see
    /// <see cref="Statistics"/>.</param>
    /// <returns>The mean of the splits' PGR with its spread and its interval, that of
    /// <see cref="Statistics.OverRuns"/>.</returns>
    /// <exception cref="ArgumentException">The counts differ, there is no value, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The level is outside 0 to 1, the smallest gap not positive, or
    /// <paramref name="testPerTrain"/> negative or not finite.</exception>
    internal static GapRecovered Over(
        IReadOnlyList<double> weak, IReadOnlyList<double> weakToStrong, IReadOnlyList<double> ceiling,
        double testPerTrain, double smallestGap = SmallestGap, double level = .95)
    {
        var gains = Statistics.Differences(weakToStrong, weak);
        var gaps = Statistics.Differences(ceiling, weak);
        CheckSmallest(smallestGap);
        var perSplit = gains.Select((gain, i) => gaps[i] < smallestGap ? double.NaN : gain / gaps[i]).ToArray();
        var gap = Statistics.OverRuns(gaps, testPerTrain, level);
        var estimate = perSplit.Any(double.IsNaN)
            ? new Estimate(double.NaN, double.NaN, double.NaN, double.NaN, gaps.Count) { Level = level }
            : Statistics.OverRuns(perSplit, testPerTrain, level);
        return new GapRecovered(estimate, perSplit, gap) { CeilingBelow = gaps.Count(value => value < 0) };
    }

    /// <summary>For instance <c>PGR 0.31 ± 0.09, 95 % t interval [0.24, 0.38]</c>.</summary>
    /// <returns>The text; where PGR is not defined, why.</returns>
    public override string ToString() => IsDefined
        ? FormattableString.Invariant($"PGR {Estimate}") + (Estimate.HasInterval
            ? FormattableString.Invariant($", {Estimate.Level * 100:0.#} % t interval {Estimate.Interval}") : "")
        : FormattableString.Invariant(
            $"PGR not defined: {Why} of {PerSplit.Count} splits (ceiling − weak {Gap.Percent} points)");

    private static void CheckSmallest(double gap)
    {
        if (!(gap > 0 && double.IsFinite(gap)))
            throw new ArgumentOutOfRangeException("smallestGap", gap,
                FormattableString.Invariant(
                    $"the smallest gap {gap} is not positive; give a fraction, for instance {SmallestGap}"));
    }

    private string Why => CeilingBelow > 0
        ? $"the ceiling lies below the weak teacher on {CeilingBelow}"
        : $"ceiling and weak are too close on {PerSplit.Count(double.IsNaN)}";
}
