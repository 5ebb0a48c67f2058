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
    // The smallest gap that is divided by: one point of accuracy.
    private const double SmallestGap = .01;

    /// <summary>In how many splits the ceiling lies below the weak teacher: the "strong" side is the weaker one
    /// there.</summary>
    public int CeilingBelow { get; private init; }

    /// <summary>Whether every split has a gap worth dividing by.</summary>
    public bool IsDefined => !double.IsNaN(Estimate.Mean);

    /// <summary>PGR of one split.</summary>
    /// <param name="weak">The teacher's accuracy, 0 … 1.</param>
    /// <param name="weakToStrong">The accuracy of the student taught by it.</param>
    /// <param name="ceiling">The accuracy of the student taught by true labels.</param>
    /// <returns>0 for a student like its teacher, 1 for one like the ceiling; NaN where the gap is below a point of
    /// accuracy.</returns>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    public static double Of(double weak, double weakToStrong, double ceiling)
    {
        Checks.Finite(weak, nameof(weak));
        Checks.Finite(weakToStrong, nameof(weakToStrong));
        Checks.Finite(ceiling, nameof(ceiling));
        return ceiling - weak < SmallestGap ? double.NaN : (weakToStrong - weak) / (ceiling - weak);
    }

    /// <summary>PGR over splits or seeds.</summary>
    /// <param name="weak">The teacher's accuracy on each split, 0 … 1.</param>
    /// <param name="weakToStrong">The student's, in the same order.</param>
    /// <param name="ceiling">The ceiling's, in the same order.</param>
    /// <param name="testPerTrain">Test images for each training image where the splits re-deal one pool: see
    /// <see cref="Statistics"/>.</param>
    /// <returns>The mean of the splits' PGR with its spread and its interval, that of
    /// <see cref="Statistics.OverRuns"/>.</returns>
    /// <exception cref="ArgumentException">The counts differ, there is no value, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="testPerTrain"/> is negative or not
    /// finite.</exception>
    internal static GapRecovered Over(
        IReadOnlyList<double> weak, IReadOnlyList<double> weakToStrong, IReadOnlyList<double> ceiling,
        double testPerTrain)
    {
        var gains = Statistics.Differences(weakToStrong, weak);
        var gaps = Statistics.Differences(ceiling, weak);
        var perSplit = gains.Select((gain, i) => gaps[i] < SmallestGap ? double.NaN : gain / gaps[i]).ToArray();
        var gap = Statistics.OverRuns(gaps, testPerTrain);
        var estimate = perSplit.Any(double.IsNaN)
            ? new Estimate(double.NaN, double.NaN, double.NaN, double.NaN, gaps.Count)
            : Statistics.OverRuns(perSplit, testPerTrain);
        return new GapRecovered(estimate, perSplit, gap) { CeilingBelow = gaps.Count(value => value < 0) };
    }

    /// <summary>For instance <c>PGR 0.31 ± 0.09, 95 % t interval [0.24, 0.38]</c>.</summary>
    /// <returns>The text; where PGR is not defined, why.</returns>
    public override string ToString() => IsDefined
        ? FormattableString.Invariant($"PGR {Estimate}") + (Estimate.HasInterval
            ? FormattableString.Invariant($", {Estimate.Level * 100:0.#} % t interval {Estimate.Interval}") : "")
        : FormattableString.Invariant(
            $"PGR not defined: {Why} of {PerSplit.Count} splits (ceiling − weak {Gap.Percent} points)");

    private string Why => CeilingBelow > 0
        ? $"the ceiling lies below the weak teacher on {CeilingBelow}"
        : $"ceiling and weak are too close on {PerSplit.Count(double.IsNaN)}";
}
