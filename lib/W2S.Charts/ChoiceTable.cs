using Deedle;
using W2S.Analysis;
using W2S.Experiments.LabelChoice;
using W2S.Runs;

namespace W2S.Charts;

/// <summary>Label-choice studies as tables: mean ± standard deviation over the splits, and the machines where there are
/// several.</summary>
public static class ChoiceTable
{
    /// <summary>How honest everybody's probabilities are, before and after temperature scaling.</summary>
    /// <param name="task">The task.</param>
    /// <param name="casts">Its casts, one for each split.</param>
    /// <returns>One row for each teacher and one for the student; accuracy and ECE in percent, NLL in nats, on the test
    /// images.</returns>
    /// <exception cref="ArgumentException">There is no cast, or one of another task.</exception>
    public static Frame<string, string> Calibration(ChoiceTask task, IReadOnlyList<RunResult> casts)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(casts);
        string[] members = [.. task.Teachers, "student"];
        string Cell(string member, string value, bool percent = false)
        {
            var estimate = Statistics.OverRuns([.. casts.Select(run => run[$"{member}: {value}"])]);
            return (percent ? estimate.Percent : estimate).ToString();
        }
        return Build(members,
        [
            ("accuracy, %", who => Cell(who, "accuracy", percent: true)),
            ("temperature", who => Cell(who, "temperature")),
            ("ECE, %", who => Cell(who, "ECE", percent: true)),
            ("ECE calibrated, %", who => Cell(who, "ECE, calibrated", percent: true)),
            ("NLL", who => Cell(who, "NLL")),
            ("NLL calibrated", who => Cell(who, "NLL, calibrated")),
            .. Machines(casts, _ => casts),
        ]);
    }

    /// <summary>What each rule's labels are worth, and the student that learned from them.</summary>
    /// <param name="runs">Runs of one task, every rule on the same splits.</param>
    /// <param name="baseline">The rule to compare with.</param>
    /// <returns>One row a rule: how many labels it kept and how many of them are right, how evenly they spread over the
    /// classes, the student's accuracy, and its paired difference to the baseline with its 95 % Student-t
    /// interval.</returns>
    /// <exception cref="ArgumentException">The baseline is not among the rules, or the runs do not pair.</exception>
    public static Frame<string, string> ByRule(IReadOnlyList<RunResult> runs, string baseline = "One teacher")
    {
        var methods = RunTable.ByMethod(runs).ToDictionary(entry => entry.Method, entry => entry.Runs);
        if (!methods.TryGetValue(baseline, out var compared))
            throw new ArgumentException($"baseline {baseline} is not among {string.Join(", ", methods.Keys)}",
                nameof(baseline));
        double[] Values(string rule, string value) => [.. methods[rule].Select(run => run[value])];
        var others = Values(baseline, "test accuracy");
        return Build([.. methods.Keys],
        [
            ("labels kept, %", rule => Statistics.OverRuns(Values(rule, "coverage")).Percent.MeanText(0)),
            ("of them right, %", rule => Statistics.OverRuns(Values(rule, "label accuracy")).Percent.ToString(1)),
            ("class balance",
                rule => methods[rule][0].Outcome.Values.ContainsKey("class balance")
                    ? Statistics.OverRuns(Values(rule, "class balance")).ToString(2) : "–"),
            ("student, %", rule => Statistics.OverRuns(Values(rule, "test accuracy")).Percent.ToString(1)),
            ($"student − {baseline} [95 %]",
                rule => rule == baseline ? ""
                    : Statistics.PairedDifference(Values(rule, "test accuracy"), others).Percent.ToIntervalString(1)),
            .. Machines(runs, rule => methods[rule]),
        ]);
    }

    private static (string, Func<string, string>)[] Machines(IReadOnlyList<RunResult> all,
        Func<string, IReadOnlyList<RunResult>> own) =>
        RunMachine.Note(all) is null ? [] : [("machines", key => RunMachine.Names(own(key)))];

    private static Frame<string, string> Build(string[] keys,
        IReadOnlyList<(string Column, Func<string, string> Cell)> columns) =>
        Frame.FromColumns(
            columns.Select(
                column => KeyValuePair.Create(column.Column,
                    new Series<string, string>(keys, [.. keys.Select(column.Cell)]))));
}
