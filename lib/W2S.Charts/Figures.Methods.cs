using Plotly.NET;
using W2S.Analysis;
using W2S.Runs;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

public static partial class Figures
{
    /// <summary>Methods under one another with their intervals, in groups where there are several settings.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="runs">The runs; settings keep their order, methods stand in their fixed order.</param>
    /// <param name="value">The final number shown.</param>
    /// <param name="measure">What the values are; accuracies 0 … 1 where null.</param>
    /// <param name="caption">What stands under the title before n and interval.</param>
    /// <returns>The chart; its axis need not begin at 0.</returns>
    /// <exception cref="ArgumentException">There is no run, or a seed of a method stands twice.</exception>
    public static GenericChart Methods(string title, RunSet runs, string value = "test accuracy",
        Measure? measure = null, string caption = "")
    {
        ArgumentNullException.ThrowIfNull(runs);
        return Rows(title, [.. runs.Settings.SelectMany(setting => setting.Runs.Methods.Select(
            method => new Row(setting.Name, method.Facets, method.Estimate(value), method.Values(value))))],
            measure ?? Measure.Accuracy, zero: false, Join(caption, RunMachine.Note(runs) ?? ""));
    }

    /// <summary>Paired gains over a baseline with their intervals and a line at zero: an interval that crosses it
    /// settles nothing.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="gains">The comparisons shown.</param>
    /// <param name="measure">What the values are; gains in accuracy 0 … 1 where null.</param>
    /// <param name="caption">What stands under the title before n and interval, for instance what the baseline
    /// is.</param>
    /// <returns>The chart.</returns>
    /// <exception cref="ArgumentException">There is no comparison.</exception>
    public static GenericChart PairedGains(string title, IReadOnlyList<Comparison> gains, Measure? measure = null,
        string caption = "")
    {
        ArgumentNullException.ThrowIfNull(gains);
        return Rows(title,
            [.. gains.Select(gain => new Row(gain.Setting, gain.Facets, gain.Gain, gain.Differences))],
            measure ?? Measure.Gain, zero: true,
            Join(caption, Verdicts(gains), RunMachine.Note(gains.SelectMany(gain => gain.Runs.Concat(gain.Baseline)).Distinct()) ?? ""));
    }

    private static string Verdicts(IReadOnlyList<Comparison> gains) => gains.All(gain => !gain.Gain.HasInterval) ? ""
        : $"After Holm over {gains[0].FamilySize} comparisons: "
            + string.Join(", ", gains.GroupBy(gain => gain.Verdict).OrderBy(group => group.Key).Select(
                group => $"{group.Count()} {group.Key}".ToLowerInvariant()));

    private sealed record Row(string Setting, RunFacets Facets, Estimate Value, IReadOnlyList<double> Runs);

    // Where every setting has the same one method, its name heads the rows and the settings are the rows.
    private static GenericChart Rows(string title, IReadOnlyList<Row> results, Measure measure, bool zero,
        string caption)
    {
        Require(results, nameof(results));
        var rows = new List<(string Label, Row? Result)>();
        var methods = results.Select(result => result.Facets.Method).Distinct().Count();
        foreach (var group in results.GroupBy(
            result => methods == 1 && results.Count > 1 ? result.Facets.Method : result.Setting))
        {
            if (group.Key.Length > 0) rows.Add(($"<b>{string.Join("<br>", Wrap(group.Key, 26))}</b>", null));
            rows.AddRange(
                MethodStyle.Sorted(group, result => result.Facets)
                    .Select(result => (string.Join("<br>",
                        Wrap(group.Key == result.Facets.Method ? result.Setting : result.Facets.Method, 26)),
                        (Row?)result)));
        }
        var digits = Digits(results.Select(result => result.Value), measure);
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
            var style = MethodStyle.Of(result.Facets);
            var shown = result.Value.Times(measure.Factor);
            var named = result.Facets.Method;
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
