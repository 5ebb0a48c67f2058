using Plotly.NET;
using W2S.Analysis;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

public static partial class Figures
{
    /// <summary>Bars from the weak teacher over the students to the ceiling, with intervals: how much of the gap is
    /// recovered.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="results">Weak, one or more students, ceiling; drawn in the methods' fixed order.</param>
    /// <param name="measure">What the values are; accuracies 0 … 1 where null.</param>
    /// <param name="gap">The gap recovered, written in the caption.</param>
    /// <param name="caption">What stands under the title before n and interval.</param>
    /// <returns>The chart; its axis begins at 0.</returns>
    /// <exception cref="ArgumentException">There is no result.</exception>
    public static GenericChart GapBars(
        string title, IReadOnlyList<MethodResult> results, Measure? measure = null, GapRecovered? gap = null,
        string caption = "")
    {
        Require(results, nameof(results));
        measure ??= Measure.Accuracy;
        var sorted = MethodStyle.Sorted(results, result => result.Method);
        var figure = new FigureBuilder(title)
        {
            Caption = Join(caption, gap?.ToString() ?? "", Spread(sorted.Select(result => result.Value), "whiskers")),
            Bottom = 60,
        };
        var digits = Digits(sorted, measure);
        var columns = Math.Clamp(82 / sorted.Count, 6, 16);
        foreach (var result in sorted)
        {
            var style = MethodStyle.Of(result.Method);
            var shown = result.Value.Times(measure.Factor);
            figure.Add("bar",
                ("name", result.Method), ("showlegend", false),
                ("x", new[] { string.Join("<br>", Wrap(result.Method, columns)) }), ("y", Numbers([shown.Mean])),
                ("width", .62),
                ("text", new[] { $"<b>{(sorted.Count > 5 ? shown.MeanText(digits) : shown.ToString(digits))}</b>" }),
                ("textposition",
                    "inside"), ("insidetextanchor", "start"), ("textangle", 0),
                    ("textfont",
                        Obj(("color", "#FFFFFF"), ("size", 13))), ("constraintext", "none"), ("cliponaxis", false),
                        ("marker", Obj(("color", style.Colour),
                    ("pattern",
                        style.Pattern.Length == 0 ? null
                            : Obj(("shape", style.Pattern), ("size", 7), ("solidity", .2), ("fillmode", "overlay"),
                                ("fgcolor", "#FFFFFF"))))),
                ("error_y", Whiskers(shown)));
        }
        return figure
            .Layout("xaxis", Axis(null, ("type", "category"), ("tickangle", 0), ("ticks", "")))
            .Layout("yaxis", Axis(measure.Title, ("rangemode", "tozero")))
            .Build();
    }

    /// <summary>The decimals that suit all of them, so that numbers side by side compare.</summary>
    private static int Digits(IEnumerable<MethodResult> results, Measure measure) =>
        results.Select(result => result.Value.Times(measure.Factor).Decimals).DefaultIfEmpty(1).Min();

    /// <summary>Whiskers of an estimate's interval; none where it has no interval.</summary>
    private static Dictionary<string, object?>? Whiskers(Estimate shown) => shown.HasInterval
        ? Obj(("type", "data"), ("symmetric", false), ("array", Numbers([shown.High - shown.Mean])),
            ("arrayminus", Numbers([shown.Mean - shown.Low])), ("thickness", 1.8), ("width", 6), ("color", Palette.Ink))
        : null;
}
