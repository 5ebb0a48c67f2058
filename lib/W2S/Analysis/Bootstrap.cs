using W2S.Torch;

namespace W2S.Analysis;

/// <summary>Percentile intervals from seeded resampling.</summary>
/// <remarks>
/// Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13. For many units, such as test samples. Of few
/// they are too narrow: at the level 0.95 that of three runs' mean is about their smallest and largest value, which
/// holds the true mean three times in four; for runs take <see cref="Statistics.OverRuns"/>.
/// </remarks>
public static class Bootstrap
{
    /// <summary>The interval of a statistic under resampling of runs or samples with replacement.</summary>
    /// <param name="count">How many units there are.</param>
    /// <param name="statistic">Gets <paramref name="count"/> positions, some repeated, and returns the statistic; NaN
    /// draws are left out.</param>
    /// <param name="level">Level of the interval, between 0 and 1.</param>
    /// <param name="resamples">How many draws.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <returns>Lower and upper end; NaN where no draw gave a number.</returns>
    /// <exception cref="ArgumentException">The statistic of a draw is infinite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is not positive or the level is outside 0 to
    /// 1.</exception>
    public static (double Low, double High) Interval(
        int count, Func<ReadOnlyMemory<int>, double> statistic, double level = .95, int resamples = 10_000,
        int seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentNullException.ThrowIfNull(statistic);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        Statistics.CheckLevel(level);
        var random = new Random(seed);
        var drawn = new int[count];
        var values = new List<double>(resamples);
        for (var r = 0; r < resamples; r++)
        {
            for (var i = 0; i < count; i++) drawn[i] = random.Next(count);
            var value = statistic(drawn);
            if (double.IsNaN(value)) continue;
            Checks.Finite(value, "a draw's statistic", nameof(statistic));
            values.Add(value);
        }
        values.Sort();
        return (Quantile(values, (1 - level) / 2), Quantile(values, (1 + level) / 2));
    }

    /// <summary>The mean difference of two students on the same test samples, with its interval over samples.</summary>
    /// <param name="a">A value a sample for the first student, for instance 1 where it is right and 0 where
    /// not.</param>
    /// <param name="b">The second student's values for the same samples.</param>
    /// <param name="level">Level of the interval, between 0 and 1.</param>
    /// <param name="resamples">How many draws.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <returns>The estimate of a − b; it covers the choice of test samples, not of training seeds.</returns>
    /// <exception cref="ArgumentException">The counts differ, there is no value, or one is not finite.</exception>
    public static Estimate PairedDifference(
        IReadOnlyList<double> a, IReadOnlyList<double> b, double level = .95, int resamples = 10_000, int seed = 0)
    {
        var differences = Statistics.Differences(a, b).ToArray();
        var mean = differences.Average();
        if (differences.Length == 1) return new Estimate(mean, double.NaN, double.NaN, double.NaN, 1) { Level = level };
        var (low, high) = Interval(differences.Length, Mean, level, resamples, seed);
        return new Estimate(mean, Statistics.Deviation(differences, mean), low, high,
            differences.Length)
        { Level = level };

        double Mean(ReadOnlyMemory<int> drawn)
        {
            var sum = 0.0;
            foreach (var i in drawn.Span) sum += differences[i];
            return sum / drawn.Length;
        }
    }

    /// <summary>The difference in accuracy of two students on the same test samples, with its interval over
    /// samples.</summary>
    /// <param name="first">Whether the first has each sample right.</param>
    /// <param name="second">Whether the second has it right, in the same order.</param>
    /// <param name="level">Level of the interval, between 0 and 1.</param>
    /// <param name="resamples">How many draws.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <returns>The estimate of first − second, a fraction.</returns>
    /// <exception cref="ArgumentException">The counts differ or there is no sample.</exception>
    public static Estimate PairedDifference(
        IReadOnlyList<bool> first, IReadOnlyList<bool> second, double level = .95, int resamples = 10_000,
        int seed = 0) =>
        PairedDifference([.. first.Select(right => right ? 1.0 : 0.0)], [.. second.Select(right => right ? 1.0 : 0.0)],
            level, resamples, seed);

    /// <summary>The quantile of sorted values, linear between neighbours.</summary>
    internal static double Quantile(IReadOnlyList<double> sorted, double q)
    {
        if (sorted.Count == 0) return double.NaN;
        var place = q * (sorted.Count - 1);
        var below = (int)Math.Floor(place);
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
