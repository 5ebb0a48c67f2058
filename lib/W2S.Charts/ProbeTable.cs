using Deedle;
using W2S.Analysis;
using W2S.Experiments;

namespace W2S.Charts;

/// <summary>Probe studies as tables: accuracies in percent, mean ± standard deviation over the splits.</summary>
/// <remarks>The intervals of gains allow for the overlap of the splits, which re-deal one pool: see
/// <see cref="Statistics"/>.</remarks>
public static class ProbeTable
{
    private const string Gain = "gain over teacher [95 %]", Pgr = "PGR";

    /// <summary>One row for the teacher, each student, the few true labels and the ceiling.</summary>
    /// <param name="study">The study.</param>
    /// <returns>Columns: accuracy, paired gain over the teacher with its Student-t interval, PGR, agreement with the
    /// teacher.</returns>
    public static Frame<string, string> ByMethod(ProbeStudy study)
    {
        ArgumentNullException.ThrowIfNull(study);
        var rows = new List<(string Name, double[] Runs, double[]? Agreement)> { ("Weak teacher", study.Teacher,
            null) };
        rows.AddRange(study.Students.Select(name =>
            (name, study.Student(name), (double[]?)[.. study.Splits.Select(split => split.Agreement[name])])));
        rows.Add(("Few true labels", study.FewLabels, null));
        rows.Add(("Ceiling", study.Ceiling, null));
        return Build(rows, row => row.Name, row =>
        [
            ("accuracy, %", Percent(row.Runs)),
            (Gain, row.Name == "Weak teacher" ? "" : Difference(study, row.Runs)),
            (Pgr, row.Agreement is null ? "" : Recovered(study, row.Runs)),
            ("agrees with teacher, %", row.Agreement is null ? "" : Percent(row.Agreement)),
        ]);
    }

    /// <summary>One row a study, for instance for different numbers of true labels.</summary>
    /// <param name="studies">The studies, with the same students.</param>
    /// <returns>Columns: the accuracies; of soft labels also the paired gain and PGR.</returns>
    /// <exception cref="ArgumentException">There is no study.</exception>
    public static Frame<string, string> BySetting(IReadOnlyList<ProbeStudy> studies)
    {
        ArgumentNullException.ThrowIfNull(studies);
        if (studies.Count == 0) throw new ArgumentException("there is no study; give one or more", nameof(studies));
        return Build(studies, study => $"{study.TrueLabels:N0} true labels", study =>
        {
            var first = study.Students.Contains(ProbeStudent.Soft.Name) ? ProbeStudent.Soft.Name : study.Students[0];
            return
            [
                ("weak teacher", Percent(study.Teacher)),
                .. study.Students.Select(name => (name, Percent(study.Student(name)))),
                ("few true labels", Percent(study.FewLabels)),
                ("ceiling", Percent(study.Ceiling)),
                ($"{first}: {Gain}", Difference(study, study.Student(first))),
                ($"{first}: {Pgr}", Recovered(study, study.Student(first))),
            ];
        });
    }

    private static Frame<string, string> Build<T>(
        IReadOnlyList<T> items, Func<T, string> key, Func<T, IReadOnlyList<(string Column, string Text)>> cells)
    {
        var texts = items.Select(cells).ToArray();
        var columns = texts[0].Select((cell, k) => KeyValuePair.Create(
            cell.Column,
            new Series<string, string>(items.Select(key).ToArray(), texts.Select(row => row[k].Text).ToArray())));
        return Frame.FromColumns(columns);
    }

    private static string Percent(double[] runs) => Statistics.OverRuns(runs).Percent.ToString();

    private static string Difference(ProbeStudy study, double[] runs) =>
        Statistics.PairedDifference(runs, study.Teacher, testPerTrain: study.TestPerTrain).Percent.ToIntervalString();

    private static string Recovered(ProbeStudy study, double[] runs)
    {
        var gap = GapRecovered.Over(study.Teacher, runs, study.Ceiling);
        return gap.IsDefined ? gap.Estimate.ToString() : "not defined";
    }
}
