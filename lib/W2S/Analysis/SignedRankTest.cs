namespace W2S.Analysis;

/// <summary>Whether one method is better than another over settings that are not alike, by the ranks of their
/// differences.</summary>
/// <remarks>
/// Wilcoxon 1945, exact: differences of zero are left out, equal ones share their mean rank, and every pattern of signs
/// is as likely as any other where the methods do not differ. It assumes no common scale and no normal distribution,
/// which accuracies of different data sets do not have. For comparing methods over data sets: Demšar, JMLR 7 (2006).
/// </remarks>
/// <param name="Positive">Sum of the ranks of the settings where the first is better.</param>
/// <param name="Negative">Sum of the ranks of the settings where the second is better.</param>
/// <param name="Count">Settings in which the two differ.</param>
/// <param name="PValue">Two-sided exact p-value; 1 where they differ in none.</param>
public sealed record SignedRankTest(double Positive, double Negative, int Count, double PValue)
{
    /// <summary>Compares two methods.</summary>
    /// <param name="first">One score a setting, higher is better.</param>
    /// <param name="second">The other method's scores in the same order of settings.</param>
    /// <returns>The test.</returns>
    /// <exception cref="ArgumentException">The counts differ, there is no setting, or a score is not
    /// finite.</exception>
    public static SignedRankTest Of(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        // Rounded, so that equal differences of accuracies are equal.
        var differences = Statistics.Differences(first, second).Select(difference => Math.Round(difference, 10))
            .Where(difference => difference != 0).ToArray();
        var ranks = Ranks.Of([.. differences.Select(Math.Abs)]);
        var positive = differences.Zip(ranks).Where(pair => pair.First > 0).Sum(pair => pair.Second);
        var negative = ranks.Sum() - positive;
        return new SignedRankTest(positive, negative, differences.Length,
            TwoSided(ranks, Math.Min(positive, negative)));
    }

    // The number of sign patterns by the sum of the ranks that they make positive; ranks are whole numbers of halves.
    private static double TwoSided(double[] ranks, double smaller)
    {
        var halves = ranks.Select(rank => (int)Math.Round(2 * rank)).ToArray();
        var patterns = new double[halves.Sum() + 1];
        patterns[0] = 1;
        foreach (var half in halves)
        {
            for (var sum = patterns.Length - 1; sum >= half; sum--) patterns[sum] += patterns[sum - half];
        }
        var tail = patterns.Take((int)Math.Round(2 * smaller) + 1).Sum() / Math.Pow(2, ranks.Length);
        return Math.Min(1, 2 * tail);
    }
}
