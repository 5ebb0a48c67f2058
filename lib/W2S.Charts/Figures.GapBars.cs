using Plotly.NET;
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
    /// <param name="caption">What stands under the title before the gap recovered, n and interval.</param>
    /// <returns>The chart; its axis begins at 0. Where there is one student, the caption says how much of the gap it
    /// recovers.</returns>
    /// <exception cref="ArgumentException">There is no run, or a seed of a method stands twice.</exception>
    public static GenericChart GapBars(string title, RunSet runs, string caption = "")
    {
        Require(runs, nameof(runs));
        var sorted = MethodStyle.Sorted(runs.Methods, method => method.Facets)
            .Select(method => (method.Facets, Shown: method.Estimate().Percent)).ToArray();
        var gap = runs.In(Role.Student).Methods.Count == 1 && runs.In(Role.WeakTeacher).Count > 0
            ? runs.Compare(Role.WeakTeacher).First(one => one.Facets.Role == Role.Student).Recovered : null;
        var figure = new FigureBuilder(title)
        {
            Caption = Join(caption, gap?.ToString() ?? "", Spread(sorted.Select(result => result.Shown), "whiskers"),
                RunMachine.Note(runs) ?? ""),
            Bottom = 60,
        };
        var digits = sorted.Min(result => result.Shown.Decimals); // the same for all, so that they compare
        var columns = Math.Clamp(72 / sorted.Length, 6, 16);
        foreach (var (facets, shown) in sorted)
        {
            figure.Add("bar",
                ("name", facets.Method), ("showlegend", false),
                ("x", new[] { string.Join("<br>", Wrap(facets.Method, columns)) }), ("y", Numbers([shown.Mean])),
                ("width", sorted.Length < 5 ? .62 : .86), // numbers must fit into the bars
                ("text", new[] { $"<b>{(sorted.Length > 5 ? shown.MeanText(digits) : shown.ToString(digits))}</b>" }),
                ("textposition", "inside"), ("insidetextanchor", "start"), ("textangle", 0),
                ("textfont", Obj(("color", "#FFFFFF"), ("size", 13))), ("constraintext", "none"),
                ("cliponaxis", false), ("marker", Obj(("color", MethodStyle.Of(facets).Colour),
                    ("pattern", facets.Role == Role.Ceiling ? Hatched : null))),
                ("error_y", Whiskers([shown])));
        }
        return figure
            .Layout("xaxis", Axis(null, ("type", "category"), ("tickangle", 0), ("ticks", "")))
            .Layout("yaxis", Axis(Measure.Accuracy.Title, ("rangemode", "tozero")))
            .Build();
    }

    private static readonly Dictionary<string, object?> Hatched = Obj(
        ("shape", "/"), ("size", 7), ("solidity", .2), ("fillmode", "overlay"), ("fgcolor", "#FFFFFF"));
}
