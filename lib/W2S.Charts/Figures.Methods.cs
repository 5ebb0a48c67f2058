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
        return Results(title, [.. runs.Settings.SelectMany(setting => setting.Runs.Methods.Select(
            method => new Result(setting.Name, method.Facets, method.Estimate(value), method.Values(value))))],
            measure ?? Measure.Accuracy, zero: false, Join(caption, RunMachine.Note(runs) ?? ""));
    }

    /// <summary>Paired gains over a baseline with their intervals and a line at zero: an interval that crosses it
    /// settles nothing.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="gains">The comparisons shown.</param>
    /// <param name="caption">What stands under the title before n and interval, for instance what the baseline
    /// is.</param>
    /// <returns>The chart.</returns>
    /// <exception cref="ArgumentException">There is no comparison.</exception>
    public static GenericChart PairedGains(string title, IReadOnlyList<Comparison> gains, string caption = "")
    {
        ArgumentNullException.ThrowIfNull(gains);
        return Results(title,
            [.. gains.Select(gain => new Result(gain.Setting, gain.Facets, gain.Gain, gain.Differences))],
            Measure.Gain, zero: true,
            Join(caption, Verdicts(gains),
                RunMachine.Note(gains.SelectMany(gain => gain.Runs.Concat(gain.Baseline)).Distinct()) ?? ""));
    }

    private static string Verdicts(IReadOnlyList<Comparison> gains) => gains.All(gain => !gain.Gain.HasInterval) ? ""
        : $"After Holm over {gains[0].FamilySize} comparisons: "
            + string.Join(", ", gains.GroupBy(gain => gain.Verdict).OrderBy(group => group.Key).Select(
                group => $"{group.Count()} {group.Key}".ToLowerInvariant()));

    private sealed record Result(string Setting, RunFacets Facets, Estimate Value, IReadOnlyList<double> Runs);

    private static GenericChart Results(string title, IReadOnlyList<Result> results, Measure measure, bool zero,
        string caption)
    {
        Require(results, nameof(results));
        var digits = results.Min(result => result.Value.Times(measure.Factor).Decimals);
        // Where every setting has the same one method, its name heads the rows and the settings are the rows.
        var alone = results.Count > 1 && results.Select(result => result.Facets.Method).Distinct().Count() == 1;
        Row[] rows = [.. results.Select(result =>
        {
            var (method, style) = (result.Facets.Method, MethodStyle.Of(result.Facets));
            var shown = result.Value.Times(measure.Factor);
            return new Row(alone ? method : result.Setting, alone ? result.Setting : method, style.Order,
                zero ? shown.ToIntervalString(digits) : shown.ToString(digits), (figure, row) =>
                {
                    var name = result.Setting.Length == 0 ? method : $"{result.Setting}: {method}";
                    if (result.Runs.Count > 1)
                        Dots(figure, name + ", runs", result.Runs.Select(run => run * measure.Factor),
                            result.Runs.Select((_, run) => row + .2 + .02 * (run % 3)),
                            Obj(("color", Palette.Fade(style.Colour, .55)), ("size", 5)));
                    Dots(figure, name, [shown.Mean], [row], style.Marker(11, stroke: 2),
                        Whiskers([shown], style.Colour));
                });
        })];
        var figure = new FigureBuilder(title)
        {
            Caption = Join(caption, Spread(results.Select(result => result.Value), "whiskers"),
                results.Any(result => result.Runs.Count > 1) ? "Small dots: single runs" : ""),
            Right = 20 + 7 * rows.Max(row => row.Text.Length),
        };
        if (zero) figure.Layout("shapes", new[] { Line("x", 0, 0, "paper", 0, 1, "solid") });
        return Rows(figure, rows, measure, height: 30, ("showgrid", true));
    }

    // A named row in a group of rows: what draws it, given its place, and what is written right of it.
    private sealed record Row(string Group, string Name, int Order, string Text, Action<FigureBuilder, int> Draw);

    /// <summary>Rows below one another, so many pixels each, under the names of their groups; methods stand in their
    /// fixed order.</summary>
    private static GenericChart Rows(FigureBuilder figure, IEnumerable<Row> rows, Measure measure, int height,
        params (string Key, object? Value)[] axis)
    {
        var (names, texts) = (new List<string>(), new List<object>());
        foreach (var group in rows.GroupBy(row => row.Group))
        {
            if (group.Key.Length > 0) names.Add($"<b>{Broken(group.Key)}</b>");
            foreach (var row in group.OrderBy(row => row.Order))
            {
                row.Draw(figure, names.Count);
                texts.Add(Text(row.Text, "paper", 1, "y", names.Count, ("xanchor", "left"), ("xshift", 6),
                    ("font", Obj(("size", 11.5)))));
                names.Add(Broken(row.Name));
            }
        }
        figure.PlotHeight = Math.Max(120, height * names.Count + 20);
        figure.Left = RowRoom(names, most: 210);
        return figure.Layout("xaxis", Axis(measure.Title)).Layout("yaxis", RowAxis(names, axis))
            .Layout("annotations", texts).Build();

        static string Broken(string name) => string.Join("<br>", Wrap(name, 26));
    }

    private static void Dots(FigureBuilder figure, string name, IEnumerable<double> x, IEnumerable<double> y,
        Dictionary<string, object?> marker, Dictionary<string, object?>? whiskers = null) => figure.Add("scatter",
        ("name", name), ("meta", Told(axis: "x")), ("showlegend", false), ("mode", "markers"), ("x", Numbers(x)),
        ("y", Numbers(y)), ("marker", marker), ("error_x", whiskers));
}
