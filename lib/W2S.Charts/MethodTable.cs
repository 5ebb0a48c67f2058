using Deedle;
using W2S.Analysis;

namespace W2S.Charts;

/// <summary>The table of all runs: every method with its spread, and its paired test against a baseline.</summary>
/// <remarks>
/// A table of many rows finds a difference by chance sooner than one row does. So the p-values of Student's paired
/// tests are adjusted for the number of rows (<see cref="SignedRankTest.Holm"/>), and a row is settled where its own is
/// below 0.05: whatever the number of rows, the chance of one false finding among them stays at 5 %. The interval of
/// the gain is that of the row alone, and may exclude 0 where the row is inside the noise.
/// </remarks>
public static class MethodTable
{
    /// <summary>Makes the table.</summary>
    /// <param name="methods">Methods and their results 0 … 1 on the same seeds or splits, in the same order.</param>
    /// <param name="baseline">The method to compare with, one of them.</param>
    /// <returns>A frame: mean ± sd in percent, interval, gain over the baseline in points with its 95 % interval,
    /// adjusted p-value, and whether it is more than noise.</returns>
    /// <exception cref="ArgumentException">The baseline is not among the methods, a name stands twice, or the runs do
    /// not pair.</exception>
    public static Frame<string, string> Of(IReadOnlyList<(string Method, IReadOnlyList<double> Runs)> methods,
        string baseline)
    {
        ArgumentNullException.ThrowIfNull(methods);
        var twice = methods.GroupBy(method => method.Method).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
            throw new ArgumentException($"{twice.Key} stands twice; give each method once", nameof(methods));
        var compared = methods.FirstOrDefault(method => method.Method == baseline).Runs
            ?? throw new ArgumentException(
                $"baseline {baseline} is not among {string.Join(", ", methods.Select(method => method.Method))}",
                nameof(baseline));
        var sorted = MethodStyle.Sorted(methods, method => method.Method);
        var keys = sorted.Select(method => method.Method).ToArray();
        var values = sorted.Select(method => Statistics.OverRuns(method.Runs).Percent).ToArray();
        var gains = sorted.Select(method => Statistics.PairedDifference(method.Runs, compared)).ToArray();
        var tested = Enumerable.Range(0, keys.Length).Where(i => keys[i] != baseline && gains[i].HasInterval).ToArray();
        var adjusted = SignedRankTest.Holm([.. tested.Select(i => Statistics.PairedPValue(sorted[i].Runs, compared))]);
        var p = tested.Zip(adjusted).ToDictionary(pair => pair.First, pair => pair.Second);
        return Frame.FromColumns(new[]
        {
            Column("accuracy, %", i => values[i].ToString()),
            Column("interval", i => Interval(values[i])),
            Column("n", i => $"{values[i].N}"),
            Column($"gain over {baseline}, points",
                i => keys[i] == baseline ? "" : gains[i].Percent.ToIntervalString()),
            Column("p, Holm", i => p.TryGetValue(i, out var value) ? PValue(value) : ""),
            Column("settled",
                i => keys[i] == baseline ? ""
                    : !p.TryGetValue(i, out var value) ? "one run"
                    : value >= .05 ? "inside the noise" : gains[i].Mean > 0 ? "better" : "worse"),
        });

        KeyValuePair<string, Series<string, string>> Column(string name, Func<int, string> cell) =>
            new(name, new Series<string, string>(keys, [.. Enumerable.Range(0, keys.Length).Select(cell)]));

        static string Interval(Estimate value) => value.HasInterval ? value.ToIntervalString().Split(' ', 2)[1] : "–";
        static string PValue(double p) => p < .001 ? "< 0.001" : FormattableString.Invariant($"{p:0.000}");
    }
}
