using Plotly.NET;
using W2S.Analysis;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

/// <summary>The charts of the collection: each takes numbers and returns a Plotly.NET chart in the one visual
/// language.</summary>
/// <remarks>
/// Accuracies come as fractions 0 … 1 and are shown in percent. Every caption states n and the interval.
/// Greys are the two ends (weak teacher, ceiling), hues are methods: <see cref="MethodStyle"/>.
/// </remarks>
public static partial class Figures
{
    /// <summary>Curves over epochs (or another axis) with bands where there are several runs.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="curves">The curves, drawn and listed in the methods' fixed order.</param>
    /// <param name="measure">What the values are; accuracies 0 … 1 where null.</param>
    /// <param name="xTitle">The axis below.</param>
    /// <param name="references">Horizontal lines to compare with, for instance the teacher and the ceiling.</param>
    /// <param name="caption">What stands under the title before n and interval.</param>
    /// <returns>The chart.</returns>
    /// <exception cref="ArgumentException">There is no curve, or one has values that do not fit its places.</exception>
    public static GenericChart LearningCurves(
        string title, IReadOnlyList<Curve> curves, Measure? measure = null, string xTitle = "epoch",
        IReadOnlyList<(string Name, double Value)>? references = null, string caption = "")
    {
        Require(curves, nameof(curves));
        measure ??= Measure.Accuracy;
        var estimates = curves.SelectMany(curve => curve.Values);
        var figure = new FigureBuilder(title) { Caption = Join(caption, Spread(estimates, "band")) };
        foreach (var curve in curves.OrderBy(curve => curve.Style.Order))
        {
            var (style, shown) = (curve.Style, curve.In(measure));
            var banded = Enumerable.Range(0, shown.Length).Where(i => shown[i].HasInterval).ToArray();
            if (banded.Length > 1)
            {
                figure.Add("scatter",
                    ("x", Numbers(banded.Concat(banded.Reverse()).Select(i => curve.X[i]))),
                    ("y", Numbers(banded.Select(i => shown[i].High)
                        .Concat(banded.Reverse().Select(i => shown[i].Low)))),
                    ("mode", "lines"), ("line", Obj(("width", 0))), ("fill", "toself"),
                    ("fillcolor", Palette.Fade(style.Colour, .18)), ("hoverinfo", "skip"), ("showlegend", false),
                    ("legendgroup", curve.Name));
            }
            figure.Add("scatter",
                ("name", curve.Name), ("x", Numbers(curve.X)), ("y", Numbers(shown.Select(value => value.Mean))),
                ("mode", curve.X.Count <= 60 ? "lines+markers" : "lines"), ("legendgroup", curve.Name),
                ("line", style.Line(2)), ("marker", style.Marker(curve.X.Count <= 20 ? 7 : 5)));
        }
        var lines = (references ?? []).Select(line => (line.Name, Value: Round(line.Value * measure.Factor))).ToArray();
        var few = curves.All(curve => curve.X.All(x => double.IsInteger(x) && x is >= 0 and < 10));
        return figure
            .Layout("xaxis", Axis(xTitle, few ? [("dtick", 1)] : []))
            .Layout("yaxis", Axis(measure.Title,
                ("range", Around([.. Ends(estimates, measure), .. lines.Select(line => line.Value)]))))
            .Layout("shapes", lines.Select(line => Line("paper", 0, 1, "y", line.Value, line.Value)).ToArray())
            .Layout("annotations", lines.Select(line => Text(line.Name, "paper", 1, "y", line.Value,
                ("yanchor", Nearest(line.Value) > line.Value ? "top" : "bottom"))).ToArray())
            .Build();

        // Where the curve ends that ends nearest to a line, whose name stands on the other side.
        double Nearest(double line) => curves.SelectMany(curve => curve.Values.TakeLast(1))
            .Select(value => value.Mean * measure.Factor).DefaultIfEmpty().MinBy(end => Math.Abs(end - line));
    }

    private static void Require<T>(IReadOnlyList<T> items, string name)
    {
        ArgumentNullException.ThrowIfNull(items, name);
        if (items.Count == 0) throw new ArgumentException($"{name} is empty; a chart needs at least one", name);
    }

    private static string Join(params string[] parts) =>
        string.Join(" ", parts.Where(part => part.Length > 0).Select(part => part.TrimEnd('.') + "."));

    /// <summary>For instance <c>3 to 5</c>; <c>5</c> where all are the same.</summary>
    private static string FromTo(IEnumerable<int> counts) =>
        string.Join(" to ", new[] { counts.Min(), counts.Max() }.Distinct());

    /// <summary>Where these estimates and their intervals end, in the measure's unit.</summary>
    private static double[] Ends(IEnumerable<Estimate> values, Measure measure) =>
        [.. values.SelectMany(value => value.HasInterval ? new[] { value.Low, value.High } : [value.Mean])
            .Where(double.IsFinite).Select(end => end * measure.Factor)];

    /// <summary>An axis range around some places, with room on both sides.</summary>
    private static object Around(IReadOnlyList<double> places)
    {
        var room = Math.Max(1e-9, (places.Max() - places.Min()) * .06);
        return Numbers([places.Min() - room, places.Max() + room]);
    }

    /// <summary>What the bars, whiskers or bands of these estimates are, with n.</summary>
    private static string Spread(IEnumerable<Estimate> values, string mark)
    {
        var all = values.Where(value => !double.IsNaN(value.Mean)).ToArray();
        if (all.Length == 0) return "";
        var n = $"n\u00A0=\u00A0{FromTo(all.Select(value => value.N))}";
        return all.Any(value => value.HasInterval)
            ? FormattableString.Invariant(
                $"{n}; {mark}: {Estimate.Level * 100:0.#} % interval of the mean")
            : $"{n}, so no interval";
    }
}
