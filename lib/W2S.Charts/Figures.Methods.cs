using Plotly.NET;
using W2S.Analysis;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

public static partial class Figures
{
    /// <summary>Methods under one another with their intervals, in groups where there are several settings.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="results">The results; settings keep their order, methods stand in their fixed order.</param>
    /// <param name="measure">What the values are; accuracies 0 … 1 where null.</param>
    /// <param name="caption">What stands under the title before n and interval.</param>
    /// <returns>The chart; its axis need not begin at 0.</returns>
    /// <exception cref="ArgumentException">There is no result.</exception>
    public static GenericChart Methods(string title, IReadOnlyList<MethodResult> results, Measure? measure = null,
        string caption = "") =>
        Rows(title, results, measure ?? Measure.Accuracy, zero: false, caption);

    /// <summary>Paired gains over a baseline with their intervals and a line at zero: an interval that crosses it
    /// settles nothing.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="gains">Differences on the same seeds or splits: <see cref="MethodResult.Gain"/>.</param>
    /// <param name="measure">What the values are; gains in accuracy 0 … 1 where null.</param>
    /// <param name="caption">What stands under the title before n and interval, for instance what the baseline
    /// is.</param>
    /// <returns>The chart.</returns>
    /// <exception cref="ArgumentException">There is no result.</exception>
    public static GenericChart PairedGains(string title, IReadOnlyList<MethodResult> gains, Measure? measure = null,
        string caption = "") =>
        Rows(title, gains, measure ?? Measure.Gain, zero: true, caption);

    private static GenericChart Rows(string title, IReadOnlyList<MethodResult> results, Measure measure, bool zero,
        string caption)
    {
        Require(results, nameof(results));
        var rows = new List<(string Label, MethodResult? Result)>();
        foreach (var setting in results.GroupBy(result => result.Setting))
        {
            if (setting.Key.Length > 0) rows.Add(($"<b>{string.Join("<br>", Wrap(setting.Key, 26))}</b>", null));
            rows.AddRange(
                MethodStyle.Sorted(setting, result => result.Method)
                    .Select(result =>
                        (string.Join("<br>", Wrap(result.Label ?? result.Method, 26)), (MethodResult?)result)));
        }
        var digits = Digits(results, measure);
        var anyRuns = results.Any(result => result.Runs.Count > 1);
        var figure = new FigureBuilder(title)
        {
            Caption = Join(caption, Spread(results.Select(result => result.Value), "whiskers"),
                anyRuns ? "Small dots: single runs" : ""),
            PlotHeight = Math.Max(120, 30 * rows.Count + 20),
            Left = Math.Min(210,
                24 + 7 * rows.Max(
                    row => row.Label.Split("<br>").Max(line => line.Replace("<b>", "").Replace("</b>", "").Length))),
            Right = 20 + 7 * results.Max(result => Number(result.Value).Length),
        };
        var texts = new List<Dictionary<string, object?>>();
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Result is not { } result) continue;
            var style = MethodStyle.Of(result.Method);
            var shown = result.Value.Times(measure.Factor);
            var named = result.Label is null ? result.Method : $"{result.Label}, {result.Method}";
            var name = result.Setting.Length == 0 ? named : $"{result.Setting}: {named}";
            if (result.Runs.Count > 1)
            {
                figure.Add("scatter",
                    ("name", name + ", runs"), ("meta", Told(axis: "x")), ("showlegend", false), ("mode", "markers"),
                    ("x", Numbers(result.Runs.Select(run => run * measure.Factor))),
                    ("y", Numbers(result.Runs.Select((_, r) => i + .2 + .02 * (r % 3)))),
                    ("marker", Obj(("color", Palette.Fade(style.Colour, .55)), ("size", 5))));
            }
            figure.Add("scatter",
                ("name", name), ("meta", Told(axis: "x")), ("showlegend", false), ("mode", "markers"),
                ("x", Numbers([shown.Mean])), ("y", Numbers([i])),
                ("marker", Obj(("color", style.Colour), ("symbol", style.Symbol), ("size", 11),
                    ("line", Obj(("width", 2), ("color", style.Colour))))),
                ("error_x", Whiskers(shown) is { } whiskers ? Coloured(whiskers, style.Colour) : null));
            texts.Add(Text(Number(result.Value), "paper", 1, "y", i,
                ("xanchor", "left"), ("xshift", 6), ("font", Obj(("size", 11.5)))));
        }
        return figure
            .Layout("xaxis", Axis(measure.Title))
            .Layout("yaxis", Axis(null, ("range", new[] { rows.Count - .4, -.6 }), ("tickmode", "array"), ("ticks", ""),
                ("tickvals",
                    Enumerable.Range(0, rows.Count).ToArray()), ("ticktext", rows.Select(row => row.Label).ToArray()),
                ("showgrid", true)))
            .Layout("shapes", zero ? new[] { Line("x", 0, 0, "paper", 0, 1, "solid") } : null)
            .Layout("annotations", texts)
            .Build();

        string Number(Analysis.Estimate value) =>
            zero ? value.Times(measure.Factor).ToIntervalString(digits) : value.Times(measure.Factor).ToString(digits);

        static Dictionary<string, object?> Coloured(Dictionary<string, object?> whiskers, string colour)
        {
            whiskers["color"] = colour;
            return whiskers;
        }
    }
}
