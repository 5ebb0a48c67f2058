using Deedle;
using W2S.Analysis;
using W2S.Runs;

namespace W2S.Charts;

/// <summary>Methods as tables: what each reached, and what it gained over a baseline.</summary>
/// <remarks>
/// Accuracies and other shares are in percent, mean ± standard deviation over the seeds. A gain is paired by seed, in
/// points, with its 95 % interval taken alone; p and the verdict count all comparisons of the table: see
/// <see cref="Comparison"/>. Where runs are of different machines, a column says which.
/// </remarks>
public static class MethodTable
{
    /// <summary>A row a method, and where there are several settings, a method and setting.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="baseline">The role to compare with; null for a table without a comparison.</param>
    /// <param name="value">The final number compared.</param>
    /// <param name="more">Further numbers to show, each a column.</param>
    /// <returns>Columns: the value, n, the gain with its interval, p after Holm, the verdict, the gap recovered by
    /// students of the teacher alone where there are such, further numbers, machines.</returns>
    /// <exception cref="ArgumentException">There is no run, or runs do not pair.</exception>
    public static Frame<string, string> Of(RunSet runs, Role? baseline = null, string value = "test accuracy",
        params string[] more) =>
        Of(runs, baseline is null ? null : facets => facets.Role == baseline, value, more);

    /// <summary>The same with a baseline that is no role of its own.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="baseline">Which runs are the baseline, one method a setting; null for a table without a
    /// comparison.</param>
    /// <param name="value">The final number compared.</param>
    /// <param name="more">Further numbers to show, each a column.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">There is no run, or runs do not pair.</exception>
    public static Frame<string, string> Of(RunSet runs, Func<RunFacets, bool>? baseline,
        string value = "test accuracy", params string[] more)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var comparisons = baseline is null ? [] : runs.Compare(baseline, value);
        var rows = Rows(runs).ToArray();
        var gains = comparisons.ToDictionary(one => (one.Setting, one.Facets));
        List<(string, Func<Row, string>)> columns = [(Head(value), row => Shown(row.Runs, value)),
            ("n", row => $"{row.Runs.Count}")];
        if (baseline is not null)
        {
            var over = comparisons.Select(one => one.Baseline.Facets.Method).Distinct().ToArray();
            columns.AddRange(
            [
                ($"gain over {(over.Length == 1 ? over[0] : "the baseline")}, points",
                    row => Gain(row)?.Gain.Percent.ToIntervalString() ?? ""),
                ("p, Holm", row => Gain(row) is { } gain ? PValue(gain.AdjustedPValue) : ""),
                ("verdict", row => Gain(row) is { } gain ? Word(gain) : ""),
            ]);
            if (comparisons.Any(one => one.Recovered is not null))
                columns.Add(("PGR", row => Gain(row)?.Recovered is not { } gap ? ""
                    : gap.IsDefined ? gap.Estimate.ToString() : "not defined"));
        }
        columns.AddRange(more.Select(name => (Head(name), (Func<Row, string>)(row => Shown(row.Runs, name)))));
        return Build(runs, rows, columns);

        Comparison? Gain(Row row) => gains.GetValueOrDefault((row.Setting, row.Runs.Facets));
    }

    /// <summary>A row a method and a column a setting.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="value">The final number shown.</param>
    /// <returns>Mean ± standard deviation; empty where a method was not run.</returns>
    /// <exception cref="ArgumentException">There is no run, or a seed stands twice.</exception>
    public static Frame<string, string> Across(RunSet runs, string value = "test accuracy")
    {
        ArgumentNullException.ThrowIfNull(runs);
        return Matrix(runs, [.. Rows(runs).Select(row => new Cell(row.Runs.Facets.Method,
            row.Setting.Length > 0 ? row.Setting : Head(value), Shown(row.Runs, value), row.Runs))]);
    }

    /// <summary>Comparisons as a table: a row a method and a column a setting.</summary>
    /// <param name="comparisons">The comparisons, of one family.</param>
    /// <param name="settingsDown">Whether settings are the rows instead, where there are many.</param>
    /// <returns>The gain in points with its interval, and the verdict where it is settled.</returns>
    /// <exception cref="ArgumentException">There is no comparison.</exception>
    public static Frame<string, string> Across(IReadOnlyList<Comparison> comparisons, bool settingsDown = false)
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        // The baseline stands in the head of a lone column; else with the method.
        var named = comparisons.Select(one => one.Baseline.Facets.Method).Distinct().Count() > 1
            || !settingsDown && comparisons.All(one => one.Setting.Length > 0);
        return Matrix([.. comparisons.SelectMany(one => one.Runs.Concat(one.Baseline))], [.. comparisons.Select(one =>
        {
            var method = one.Facets.Method + (named && one.Facets.Method != one.Baseline.Facets.Method
                ? $" − {one.Baseline.Facets.Method}" : "");
            var setting = one.Setting.Length > 0 ? one.Setting : $"gain over {one.Baseline.Facets.Method}, points";
            return new Cell(settingsDown ? setting : method, settingsDown ? method : setting,
                one.Gain.Percent.ToIntervalString() + (one.Verdict == Verdict.Open ? "" : $" {Word(one)}"), one.Runs);
        })]);
    }

    private static IEnumerable<Row> Rows(RunSet runs) => runs.Settings.SelectMany(
        setting => MethodStyle.Sorted(setting.Runs.Methods, method => method.Facets).Select(method => new Row(
            (setting.Name.Length == 0 ? "" : $"{setting.Name}: ") + method.Facets.Method, setting.Name, method)));

    private static Frame<string, string> Matrix(RunSet all, IReadOnlyList<Cell> cells)
    {
        var texts = cells.ToLookup(cell => (cell.Row, cell.Column), cell => cell.Text);
        return Build(all,
            [.. cells.GroupBy(cell => cell.Row, cell => cell.Runs).Select(
                row => new Row(row.Key, "", [.. row.SelectMany(runs => runs)]))],
            [.. cells.Select(cell => cell.Column).Distinct().Select(column => (column,
                (Func<Row, string>)(row => texts[(row.Key, column)].FirstOrDefault(""))))]);
    }

    private sealed record Cell(string Row, string Column, string Text, RunSet Runs);

    private sealed record Row(string Key, string Setting, RunSet Runs);

    private static Frame<string, string> Build(RunSet all, IReadOnlyList<Row> rows,
        List<(string Name, Func<Row, string> Cell)> columns)
    {
        if (rows.Count == 0) throw new ArgumentException("there is no run; give at least one", nameof(all));
        if (RunMachine.Note(all) is not null) columns.Add(("machines", row => RunMachine.Names(row.Runs)));
        var keys = rows.Select(row => row.Key).ToArray();
        return Frame.FromColumns(columns.Select(column => KeyValuePair.Create(column.Name,
            new Series<string, string>(keys, [.. rows.Select(column.Cell)]))));
    }

    // Shares are shown in percent; a temperature or a loss in nats is no share.
    private static string Shown(RunSet method, string value)
    {
        if (!method.All(run => run.Outcome.Values.ContainsKey(value))) return "";
        var estimate = method.Estimate(value);
        return (IsShare(value) ? estimate.Percent : estimate).ToString();
    }

    private static string Head(string value) => IsShare(value) ? $"{value}, %" : value;

    private static bool IsShare(string value) => !NoShares.Contains(value);

    private static readonly HashSet<string> NoShares = ["temperature", "NLL", "NLL, calibrated", "test NLL", "L2"];

    private static string Word(Comparison gain) => gain.Gain.HasInterval ? $"{gain.Verdict}".ToLowerInvariant()
        : "one run";

    private static string PValue(double p) => double.IsNaN(p) ? "–" : p < .001 ? "< 0.001"
        : FormattableString.Invariant($"{p:0.000}");
}
