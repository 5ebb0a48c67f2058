using Deedle;
using W2S.Analysis;
using W2S.Runs;

namespace W2S.Charts;

/// <summary>Runs of the noisy-label studies as tables: a row for each method, a column for each noise, and one for the
/// machines where there are several.</summary>
public static class NoisyTable
{
    /// <summary>Mean ± standard deviation over the splits, in percent.</summary>
    /// <param name="runs">Runs on one pair of networks.</param>
    /// <param name="value">Which final number.</param>
    /// <returns>A cell a method and noise; empty where the method was not run.</returns>
    /// <exception cref="ArgumentException">There is no run, or a method's splits differ from the others' or occur
    /// twice.</exception>
    public static Frame<string, string> Means(IReadOnlyList<RunResult> runs, string value = "test accuracy") =>
        Build(runs,
            (own, _) =>
                own.All(run => run.Outcome.Values.ContainsKey(value))
                    ? Statistics.OverRuns([.. own.Select(run => run[value])]).Percent.ToString() : "");

    /// <summary>Gain over a baseline on the same splits in points, with its 95 % interval.</summary>
    /// <param name="runs">Runs on one pair of networks.</param>
    /// <param name="baseline">A method of theirs.</param>
    /// <returns>A cell a method and noise; the baseline has none.</returns>
    /// <exception cref="ArgumentException">There is no run, the baseline is missing, or splits differ.</exception>
    public static Frame<string, string> Gains(IReadOnlyList<RunResult> runs, string baseline) =>
        Build([.. runs], (own, all) => own[0].Name == baseline ? "" : Difference(own, Method(all, baseline)),
            without: baseline);

    /// <summary>A method's test accuracies in one setting, in the order of the splits.</summary>
    /// <param name="runs">Runs of one setting.</param>
    /// <param name="method">The method.</param>
    /// <param name="value">Which final number.</param>
    /// <returns>One a split, 0 … 1.</returns>
    /// <exception cref="ArgumentException">The method was not run.</exception>
    public static double[] Of(IReadOnlyList<RunResult> runs, string method, string value = "test accuracy") =>
        [.. Method(RunTable.ByMethod(runs), method).Select(run => run[value])];

    private static string Difference(IReadOnlyList<RunResult> own, IReadOnlyList<RunResult> baseline) =>
        Statistics.PairedDifference([.. own.Select(run => run["test accuracy"])],
            [.. baseline.Select(run => run["test accuracy"])]).Percent.ToIntervalString();

    private static IReadOnlyList<RunResult> Method(IReadOnlyList<(string Method, IReadOnlyList<RunResult> Runs)> all,
        string name) =>
        all.FirstOrDefault(method => method.Method == name).Runs
        ?? throw new ArgumentException(
            $"no method is called '{name}'; there are {string.Join(", ", all.Select(method => method.Method))}",
            nameof(name));

    private static Frame<string, string> Build(
        IReadOnlyList<RunResult> runs,
        Func<IReadOnlyList<RunResult>, IReadOnlyList<(string Method, IReadOnlyList<RunResult> Runs)>, string> cell,
        string? without = null)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0) throw new ArgumentException("there is no run; give at least one", nameof(runs));
        string[] methods = [.. runs.Select(run => run.Name).Distinct().Where(name => name != without)];
        var columns = runs.GroupBy(run => run.Facets.Noise ?? "").Select(noise =>
        {
            var all = RunTable.ByMethod([.. noise]);
            return KeyValuePair.Create(noise.Key, new Series<string, string>(methods,
                [.. methods.Select(
                    name => all.FirstOrDefault(method => method.Method == name).Runs is { } own ? cell(own, all)
                        : "")]));
        });
        if (RunMachine.Note(runs) is null) return Frame.FromColumns(columns);
        return Frame.FromColumns(columns.Append(KeyValuePair.Create("machines", new Series<string, string>(methods,
            [.. methods.Select(name => RunMachine.Names(runs.Where(run => run.Name == name)))]))));
    }
}
