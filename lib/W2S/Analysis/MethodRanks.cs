using W2S.Torch;

namespace W2S.Analysis;

/// <summary>The mean rank of each method over several settings, and whether the ranks differ by more than
/// chance.</summary>
/// <remarks>
/// In every setting the best method has rank 1 and equal ones share their mean rank. Friedman's χ² over N settings and
/// k methods is divided by its correction for ties. Its p-value is that of the permutations: where methods do not
/// differ, each order of a setting's ranks is as likely as any other. Of few settings that is exact, where F and χ²
/// distributions are not: the smallest p-value that N settings allow is (1/k!)^(N−1). After Demšar, JMLR 7 (2006).
/// </remarks>
/// <param name="Methods">The methods, in the order in which they were given.</param>
/// <param name="MeanRanks">Their mean ranks, 1 the best.</param>
/// <param name="Settings">How many settings were ranked.</param>
/// <param name="ChiSquare">Friedman's χ².</param>
/// <param name="PValue">The chance of a χ² this large where the methods do not differ; exact, or for very many orders
/// from 100,000 seeded draws.</param>
public sealed record MethodRanks(
    IReadOnlyList<string> Methods, IReadOnlyList<double> MeanRanks, int Settings, double ChiSquare, double PValue)
{
    /// <summary>Every two methods: their mean difference over the settings, and the p-value of Wilcoxon's signed-rank
    /// test, adjusted for the number of pairs by Holm's method.</summary>
    public IReadOnlyList<(string First, string Second, double MeanDifference, double PValue)> Pairs
    { get; private init; } = [];

    /// <summary>Ranks methods.</summary>
    /// <param name="methods">Each method's scores, one a setting in the same order of settings; higher is
    /// better.</param>
    /// <returns>The ranks.</returns>
    /// <exception cref="ArgumentException">There are fewer than two methods or two settings, the counts differ, or a
    /// score is not finite.</exception>
    public static MethodRanks Of(IReadOnlyList<(string Method, IReadOnlyList<double> Scores)> methods)
    {
        ArgumentNullException.ThrowIfNull(methods);
        if (methods.Count < 2)
            throw new ArgumentException($"{methods.Count} methods cannot be ranked; give two or more", nameof(methods));
        foreach (var (method, scores) in methods)
        {
            Checks.Finite(scores, method);
            Checks.SameCount(methods[0].Scores.Count, scores.Count, methods[0].Method, method);
        }
        var (n, k) = (methods[0].Scores.Count, methods.Count);
        if (n < 2) throw new ArgumentException($"{n} setting allows no test; give two or more", nameof(methods));
        var ranks =
            Enumerable.Range(0, n).Select(setting => Ranks.Of([.. methods.Select(method => -method.Scores[setting])]))
                .ToArray();
        double[] means = [.. Enumerable.Range(0, k).Select(method => ranks.Average(row => row[method]))];

        // With ties the ranks spread less than 1 … k do; where all are tied everywhere nothing can differ.
        var spread = ranks.Sum(row => Spread(row)) / (n * (k - 1.0));
        var (chiSquare, pValue) = spread == 0 ? (0, 1) : (n * Spread(means) / spread, RankPermutations.Tail(ranks));
        return new MethodRanks([.. methods.Select(method => method.Method)], means, n, chiSquare, pValue)
        { Pairs = Compare(methods) };

        double Spread(double[] row) => row.Sum(rank => (rank - (k + 1) / 2.0) * (rank - (k + 1) / 2.0));
    }

    private static (string, string, double, double)[] Compare(
        IReadOnlyList<(string Method, IReadOnlyList<double> Scores)> methods)
    {
        var pairs = methods.SelectMany((a, i) => methods.Skip(i + 1).Select(
            b => (First: a.Method, Second: b.Method, Apart: Statistics.Differences(a.Scores, b.Scores)))).ToArray();
        var adjusted = Statistics.Holm([.. pairs.Select(pair => Ranks.SignedPValue(pair.Apart))]);
        return [.. pairs.Zip(adjusted, (pair, p) => (pair.First, pair.Second, pair.Apart.Average(), p))];
    }
}
