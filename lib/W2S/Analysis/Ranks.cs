namespace W2S.Analysis;

/// <summary>Places in an order, and the test that they allow of two methods.</summary>
internal static class Ranks
{
    /// <summary>The rank of each value from the smallest, 1, on; equal values share the mean of theirs.</summary>
    public static double[] Of(IReadOnlyList<double> values) =>
        [.. values.Select(
            value => values.Count(other => other < value) + (values.Count(other => other == value) + 1) / 2.0)];

    /// <summary>Whether one method is better than another over settings that are not alike, by the ranks of their
    /// differences.</summary>
    /// <remarks>
    /// Wilcoxon 1945, exact: differences of zero are left out, equal ones share their mean rank, and every pattern of
    /// signs is as likely as any other where the methods do not differ. It assumes no common scale and no normal
    /// distribution, which accuracies of different data sets do not have. For comparing methods over data sets: Demšar,
    /// JMLR 7 (2006).
    /// </remarks>
    /// <param name="differences">One method's score minus the other's, one a setting.</param>
    /// <returns>Two-sided exact p-value; 1 where they differ in none.</returns>
    public static double SignedPValue(IReadOnlyList<double> differences)
    {
        // Rounded, so that equal differences of accuracies are equal.
        var apart = differences.Select(difference => Math.Round(difference, 10)).Where(difference => difference != 0)
            .ToArray();
        var ranks = Of([.. apart.Select(Math.Abs)]);
        var positive = apart.Zip(ranks).Where(pair => pair.First > 0).Sum(pair => pair.Second);
        var smaller = Math.Min(positive, ranks.Sum() - positive);

        // The number of sign patterns by the sum of the ranks that they make positive; ranks are whole numbers of
        // halves.
        var halves = ranks.Select(rank => (int)Math.Round(2 * rank)).ToArray();
        var patterns = new double[halves.Sum() + 1];
        patterns[0] = 1;
        foreach (var half in halves)
            for (var sum = patterns.Length - 1; sum >= half; sum--) patterns[sum] += patterns[sum - half];
        var tail = patterns.Take((int)Math.Round(2 * smaller) + 1).Sum() / Math.Pow(2, ranks.Length);
        return Math.Min(1, 2 * tail);
    }
}
