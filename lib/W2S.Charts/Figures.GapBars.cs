using Plotly.NET;
using W2S.Analysis;
using W2S.Runs;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

public static partial class Figures
{
    /// <summary>Bars from the weak teacher over the students to the ceiling, with intervals: how much of the gap is
    /// recovered.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="runs">Weak teacher, one or more students and ceiling of one setting; drawn in the methods' fixed
    /// order.</param>
    /// <param name="measure">What the values are; accuracies 0 … 1 where null.</param>
    /// <param name="caption">What stands under the title before the gap recovered, n and interval.</param>
    /// <returns>The chart; its axis begins at 0. Where there is one student, the caption says how much of the gap it
    /// recovers.</returns>
    /// <exception cref="ArgumentException">There is no run, or a seed of a method stands twice.</exception>
    public static GenericChart GapBars(string title, RunSet runs, Measure? measure = null, string caption = "")
    {
        ArgumentNullException.ThrowIfNull(runs);
        Require(runs, nameof(runs));
        measure ??= Measure.Accuracy;
        var sorted = MethodStyle.Sorted(runs.Methods, method => method.Facets)
            .Select(method => (method.Facets, Value: method.Estimate())).ToArray();
        var students = runs.In(Role.Student);
        var gap = students.Count > 0 && students.Methods.Count == 1 && runs.In(Role.WeakTeacher).Count > 0
            ? runs.Compare(Role.WeakTeacher).First(one => one.Facets.Role == Role.Student).Recovered : null;
        var figure = new FigureBuilder(title)
        {
            Caption = Join(caption, gap?.ToString() ?? "", Spread(sorted.Select(result => result.Value), "whiskers"),
                RunMachine.Note(runs) ?? ""),
            Bottom = 60,
        };
        var digits = Digits(sorted.Select(result => result.Value), measure);
        var columns = Math.Clamp(72 / sorted.Length, 6, 16);
        foreach (var (facets, value) in sorted)
        {
            var style = MethodStyle.Of(facets);
            var shown = value.Times(measure.Factor);
            figure.Add("bar",
                ("name", facets.Method), ("showlegend", false),
                ("x", new[] { string.Join("<br>", Wrap(facets.Method, columns)) }), ("y", Numbers([shown.Mean])),
                ("width", sorted.Length < 5 ? .62 : .86), // numbers must fit into the bars
                ("text", new[] { $"<b>{(sorted.Length > 5 ? shown.MeanText(digits) : shown.ToString(digits))}</b>" }),
                ("textposition", "inside"), ("insidetextanchor", "start"), ("textangle", 0),
                ("textfont", Obj(("color", "#FFFFFF"), ("size", 13))), ("constraintext", "none"),
                ("cliponaxis", false), ("marker", Obj(("color", style.Colour), ("pattern", Pattern(style)))),
                ("error_y", Whiskers(shown)));
        }
        return figure
            .Layout("xaxis", Axis(null, ("type", "category"), ("tickangle", 0), ("ticks", "")))
            .Layout("yaxis", Axis(measure.Title, ("rangemode", "tozero")))
            .Build();
    }

    private static Dictionary<string, object?>? Pattern(MethodStyle style) => style.Pattern.Length == 0 ? null
        : Obj(("shape", style.Pattern), ("size", 7), ("solidity", .2), ("fillmode", "overlay"), ("fgcolor", "#FFFFFF"));

    /// <summary>The decimals that suit all of them, so that numbers side by side compare.</summary>
    private static int Digits(IEnumerable<Estimate> values, Measure measure) =>
        values.Select(value => value.Times(measure.Factor).Decimals).DefaultIfEmpty(1).Min();

    /// <summary>Whiskers of an estimate's interval; none where it has no interval.</summary>
    private static Dictionary<string, object?>? Whiskers(Estimate shown) => shown.HasInterval
        ? Obj(("type", "data"), ("symmetric", false), ("array", Numbers([shown.High - shown.Mean])),
            ("arrayminus", Numbers([shown.Mean - shown.Low])), ("thickness", 1.8), ("width", 6), ("color", Palette.Ink))
        : null;
}
