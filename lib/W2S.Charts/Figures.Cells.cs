using Plotly.NET;
using W2S.Analysis;
using W2S.Runs;
using W2S.Torch;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

public static partial class Figures
{
    private static readonly (CorrectnessCell Cell, string Name, string Colour)[] Cells =
    [
        (CorrectnessCell.BothRight, "both right", Palette.Green),
        (CorrectnessCell.OnlyStudentRight, "only the student right", Palette.Blue),
        (CorrectnessCell.OnlyTeacherRight, "only the teacher right", Palette.Vermilion),
        (CorrectnessCell.BothWrong, "both wrong", Palette.Weak),
    ];

    /// <summary>Where a gain comes from: the four cells of teacher and student being right or wrong, a bar a
    /// method.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="runs">Runs with predictions for <c>test</c>, the weak teacher's among them; the images of all seeds
    /// count together.</param>
    /// <param name="caption">What stands under the title before the count.</param>
    /// <returns>The chart: shares in percent, with the gain over the teacher beside each bar.</returns>
    /// <exception cref="ArgumentException">There is no method beside the teacher, or a run has no teacher of its
    /// seed.</exception>
    public static GenericChart CorrectnessCells(string title, RunSet runs, string caption = "")
    {
        ArgumentNullException.ThrowIfNull(runs);
        var teachers = runs.In(Role.WeakTeacher).ToDictionary(run => run.Seed, run => run.Predictions("test"));
        var sorted = MethodStyle.Sorted(runs.Where(run => run.Facets.Role != Role.WeakTeacher).Methods,
            method => method.Facets)
            .Select(method => (Method: method.Facets.Method, Cells: Analysis.CorrectnessCells.Of(method.SelectMany(
                run => teachers.TryGetValue(run.Seed, out var teacher) ? run.Predictions("test").Cells(teacher)
                    : throw new ArgumentException(
                        $"there is no weak teacher of seed {run.Seed} beside {run.Name}; give its runs too",
                        nameof(runs)))))).ToArray();
        Require(sorted, nameof(runs));
        var counts = sorted.Select(result => result.Cells.Count).Distinct().Order().ToArray();
        var figure = new FigureBuilder(title)
        {
            Caption = Join(caption,
                counts.Length == 1 ? $"n = {counts[0]} samples a bar"
                    : $"n = {counts[0]} to {counts[^1]} samples a bar",
                "To the right: the student’s accuracy minus the teacher’s, in points"),
            PlotHeight = 20 + 40 * sorted.Length,
            Left = Math.Min(190, 24 + 7 * sorted.Max(result => result.Method.Length)),
            Right = 64,
        };
        var rows = Enumerable.Range(0, sorted.Length).ToArray();
        foreach (var (cell, name, colour) in Cells)
        {
            var shares = sorted.Select(result => 100.0 * result.Cells[cell] / result.Cells.Count).ToArray();
            figure.Add("bar",
                ("name", name), ("meta", Told(axis: "x")), ("orientation", "h"), ("x", Numbers(shares)), ("y", rows),
                ("width", .62), ("text", shares.Select(share =>
                    share < 5.5 ? "" : FormattableString.Invariant($"{share:0.0}")).ToArray()),
                ("textposition", "inside"), ("insidetextanchor", "middle"), ("textangle", 0), ("constraintext", "none"),
                ("textfont", Obj(("color", "#FFFFFF"), ("size", 12))), ("marker", Obj(("color", colour))));
        }
        return figure.Layout("barmode", "stack")
            .Layout("xaxis", Axis("share of samples, %", ("range", new[] { 0, 100 })))
            .Layout("yaxis", RowAxis(sorted.Select(result => result.Method)))
            .Layout("legend", Obj(("orientation", "h"), ("traceorder", "normal"), ("x", .012), ("xref", "container"),
                ("xanchor", "left"), ("y", 0), ("yref", "container"), ("yanchor", "bottom"),
                ("font", Obj(("size", 12)))))
            .Layout("annotations", sorted.Select((result, i) => Text(
                FormattableString.Invariant($"<b>{100 * result.Cells.Gain:+0.0;−0.0;0.0}</b>"), "paper", 1, "y", i,
                ("xanchor", "left"), ("xshift", 8))).ToArray())
            .Build();
    }

    /// <summary>How AdaptConf's β spreads in each of the four cells.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="beta">β of each sample, 0 … 1.</param>
    /// <param name="cells">The cell of each sample, in the same order.</param>
    /// <param name="bins">Bins on the range.</param>
    /// <param name="highest">Upper end of the range: ½ for AdaptConf, 1 where β may exceed it (swapped).</param>
    /// <returns>The chart: a panel a cell, with its number of samples and mean β.</returns>
    /// <exception cref="ArgumentException">The counts differ or there is no sample.</exception>
    public static GenericChart BetaByCell(
        string title, IReadOnlyList<double> beta, IReadOnlyList<CorrectnessCell> cells, int bins = 20,
        double highest = .5)
    {
        Checks.Finite(beta, nameof(beta));
        ArgumentNullException.ThrowIfNull(cells);
        Checks.SameCount(beta.Count, cells.Count, nameof(beta), nameof(cells));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        var figure = new FigureBuilder(title)
        {
            Caption = FormattableString.Invariant(
                $"n = {beta.Count} samples; {bins} bins. {BetaTop("last bin", highest)}."),
            PlotHeight = 440,
            Top = 38,
        };
        var panels = new Panels(figure, 2, 2) { XTitle = Measure.Beta.Title, BetweenRows = .26 };
        for (var k = 0; k < Cells.Length; k++)
        {
            var (cell, name, colour) = Cells[k];
            var values = Enumerable.Range(0, beta.Count).Where(i => cells[i] == cell).Select(i => beta[i]).ToArray();
            var shares = values.Length == 0 ? new double[bins] : Shares(values, 0, highest, bins);
            figure.Add("bar",
                ("name", name), ("showlegend", false), ("xaxis", Panels.Name("x", k)), ("yaxis", Panels.Name("y", k)),
                ("x", Numbers(Enumerable.Range(0, bins).Select(b => highest * (b + .5) / bins))),
                ("y", Numbers(shares)), ("width", highest / bins * .92), ("marker", Obj(("color", colour))));
            panels.Add(
                values.Length == 0 ? $"{name}<br>no sample"
                    : FormattableString.Invariant($"{name}<br>n = {values.Length}, mean β = {values.Average():0.00}"),
                Axis(null, ("range", new[] { 0, highest }), ("dtick", highest / 5)),
                Axis(k % 2 == 0 ? "share of the cell, %" : null, ("range", new[] { 0, 100 }), ("dtick", 25)));
        }
        return panels.Build();
    }

    /// <summary>What the largest β say: agreement is exactly ½, and near ties come as close to it as they
    /// like.</summary>
    private static string BetaTop(string where, double highest) => highest > .5
        ? $"At β = ½ teacher and student agree, or the student is nearly as sure of the teacher’s class as of its "
            + $"own; in the {where}, β near 1, its own class is nearly all it learns"
        : $"At β = ½, in the {where}, teacher and student agree; just below it, in the same place, the student is "
            + "nearly as sure of the teacher’s class as of its own";

    /// <summary>An axis of named rows, from top to bottom.</summary>
    private static Dictionary<string, object?> RowAxis(IEnumerable<string> names)
    {
        var labels = names.ToArray();
        return Axis(null, ("range", new[] { labels.Length - .4, -.6 }), ("tickmode", "array"), ("ticks", ""),
            ("tickvals", Enumerable.Range(0, labels.Length).ToArray()), ("ticktext", labels));
    }
}
