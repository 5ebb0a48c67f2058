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
        string[] names = [.. sorted.Select(result => result.Method)];
        var figure = new FigureBuilder(title)
        {
            Caption = Join(caption, $"n = {FromTo(sorted.Select(result => result.Cells.Count))} samples a bar",
                "To the right: the student’s accuracy minus the teacher’s, in points"),
            PlotHeight = 20 + 40 * names.Length,
            Left = RowRoom(names, most: 190),
            Right = 64,
        };
        var rows = Enumerable.Range(0, names.Length).ToArray();
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
            .Layout("yaxis", RowAxis(names))
            .Layout("legend", Legend(("traceorder", "normal")))
            .Layout("annotations", sorted.Select((result, i) => Text(
                FormattableString.Invariant($"<b>{100 * result.Cells.Gain:+0.0;−0.0;0.0}</b>"), "paper", 1, "y", i,
                ("xanchor", "left"), ("xshift", 8))).ToArray())
            .Build();
    }

    /// <summary>How AdaptConf's β spreads in each of the four cells.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="beta">β of each sample: 0 … ½, or up to 1 for rules that go further.</param>
    /// <param name="cells">The cell of each sample, in the same order.</param>
    /// <returns>The chart: a panel a cell, with its number of samples and mean β.</returns>
    /// <exception cref="ArgumentException">The counts differ or there is no sample.</exception>
    public static GenericChart BetaByCell(
        string title, IReadOnlyList<double> beta, IReadOnlyList<CorrectnessCell> cells)
    {
        Checks.Finite(beta, nameof(beta));
        ArgumentNullException.ThrowIfNull(cells);
        Checks.SameCount(beta.Count, cells.Count, nameof(beta), nameof(cells));
        var (most, bins) = BetaRange(beta);
        var figure = new FigureBuilder(title)
        {
            Caption = Join($"n = {beta.Count} samples; {bins.Length} bins", BetaTop(most, "last bin")),
            PlotHeight = 440,
            Top = 38,
        };
        var panels = new Panels(figure, 2, 2) { XTitle = Measure.Beta.Title, BetweenRows = .26 };
        foreach (var (k, (cell, name, colour)) in Cells.Index())
        {
            var values = beta.Where((_, i) => cells[i] == cell).ToArray();
            panels.Trace("bar", ("name", name), ("showlegend", false), ("x", bins),
                ("y", Numbers(Shares(values, 0, most, bins.Length))),
                ("width", most / bins.Length * .92), ("marker", Obj(("color", colour))));
            panels.Add(
                values.Length == 0 ? $"{name}<br>no sample"
                    : FormattableString.Invariant($"{name}<br>n = {values.Length}, mean β = {values.Average():0.00}"),
                Axis(null, ("range", new[] { 0, most }), ("dtick", most / 5)),
                Axis(k % 2 == 0 ? "share of the cell, %" : null, ("range", new[] { 0, 100 }), ("dtick", 25)));
        }
        return panels.Build();
    }

    /// <summary>How far an axis of β goes, and the middles of its bins: to ½, or to 1 where a rule exceeds
    /// ½.</summary>
    private static (double Most, object?[] Bins) BetaRange(IEnumerable<double> beta)
    {
        var most = beta.Max() > .5 ? 1 : .5;
        return (most, Numbers(Enumerable.Range(0, 20).Select(bin => most * (bin + .5) / 20)));
    }

    /// <summary>What the largest β say: agreement is exactly ½, and near ties come as close to it as they
    /// like.</summary>
    private static string BetaTop(double most, string where) => most > .5
        ? $"At β = ½ teacher and student agree, or the student is nearly as sure of the teacher’s class as of its "
            + $"own; in the {where}, β near 1, its own class is nearly all it learns"
        : $"At β = ½, in the {where}, teacher and student agree; just below it, in the same place, the student is "
            + "nearly as sure of the teacher’s class as of its own";
}
