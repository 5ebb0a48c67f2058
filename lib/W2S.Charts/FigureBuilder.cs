using Plotly.NET;
using W2S.Analysis;

namespace W2S.Charts;

/// <summary>The one place that knows the shared layout: title and caption, ink, grid, margins, legend.</summary>
/// <param name="title">The claim or the quantity, in a few words.</param>
internal sealed class FigureBuilder(string title)
{
    /// <summary>Characters of a caption line, and pixels of a plot, that fit a page 700 pixels wide.</summary>
    private const int CaptionColumns = 98, TitleColumns = 64, LegendWidth = 620;

    private readonly List<Trace> traces = [];
    private readonly List<string> legend = [];
    private readonly List<(string Key, object? Value)> extra = [];

    /// <summary>What the reader must know to judge the picture: n, interval, setting.</summary>
    public string Caption { get; set; } = "";

    /// <summary>Height of the plot area in pixels, title, axis and legend not counted.</summary>
    public int PlotHeight { get; set; } = 320;

    /// <summary>Room left of the plot for tick labels.</summary>
    public int Left { get; set; } = 64;

    /// <summary>Room right of the plot.</summary>
    public int Right { get; set; } = 20;

    /// <summary>Room below the plot for tick labels and the axis title.</summary>
    public int Bottom { get; set; } = 52;

    /// <summary>Room above the plot for panel titles.</summary>
    public int Top { get; set; }

    /// <summary>An object of plotly.js. Of a key that is given twice the later value stands; null leaves it
    /// out.</summary>
    public static Dictionary<string, object?> Obj(params (string Key, object? Value)[] entries) =>
        entries.GroupBy(entry => entry.Key, entry => entry.Value).Where(entry => entry.Last() is not null)
            .ToDictionary(entry => entry.Key, entry => entry.Last());

    /// <summary>Numbers as plotly.js wants them: six significant digits, a gap for what is not finite.</summary>
    public static object?[] Numbers(IEnumerable<double> values) =>
        [.. values.Select(value => double.IsFinite(value) ? (object?)Round(value) : null)];

    /// <summary>What the text form of a chart needs and plotly.js does not: a longer name, and which axis holds the
    /// numbers.</summary>
    public static Dictionary<string, object?> Told(string? name = null, string axis = "y") =>
        Obj(("name", name), ("numbers", axis));

    /// <summary>Six significant digits.</summary>
    public static double Round(double value) =>
        value == 0 || !double.IsFinite(value) ? value
            : Math.Round(value, Math.Clamp(5 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 15));

    /// <summary>Adds a trace; where it has a name and no <c>showlegend: false</c> it stands in the legend.</summary>
    public FigureBuilder Add(string type, params (string Key, object? Value)[] properties)
    {
        var trace = new Trace(type);
        var given = Obj(properties);
        foreach (var (key, value) in given) trace.SetProperty(key, value);
        traces.Add(trace);
        if (given.TryGetValue("name", out var name) && given.GetValueOrDefault("showlegend") is not false)
            legend.Add((string)name!);
        return this;
    }

    /// <summary>Sets a part of the layout, for instance <c>shapes</c>.</summary>
    public FigureBuilder Layout(string key, object? value)
    {
        extra.Add((key, value));
        return this;
    }

    /// <summary>An axis in the shared style; what is given wins.</summary>
    public static Dictionary<string, object?> Axis(string? title, params (string Key, object? Value)[] more) => Obj(
    [
        ("title", title is null ? null : Obj(("text", title), ("standoff", 10), ("font", Obj(("size", 13))))),
        ("gridcolor", Palette.Grid), ("zeroline", false), ("showline", true), ("linecolor", Palette.Reference),
        ("ticks", "outside"), ("ticklen", 4), ("tickcolor", Palette.Reference), ("automargin", true), .. more,
    ]);

    /// <summary>An axis of named rows, from top to bottom.</summary>
    public static Dictionary<string, object?> RowAxis(
        IReadOnlyList<string> names, params (string Key, object? Value)[] more) => Axis(null,
    [
        ("range", new[] { names.Count - .4, -.6 }), ("tickmode", "array"), ("ticks", ""),
        ("tickvals", Enumerable.Range(0, names.Count).ToArray()), ("ticktext", names), .. more,
    ]);

    /// <summary>Room for the longest of these names of rows, at most so many pixels.</summary>
    public static int RowRoom(IEnumerable<string> names, int most) =>
        Math.Min(most, 24 + 7 * names.SelectMany(name => name.Split("<br>")).Max(line => HtmlText.Strip(line).Length));

    /// <summary>A thin straight line across the plot.</summary>
    public static Dictionary<string, object?> Line(string xref, object x0, object x1, string yref, object y0, object y1,
        string dash = "dash") => Obj(
        ("type", "line"), ("layer", "below"), ("xref", xref), ("yref", yref), ("x0", x0), ("x1", x1), ("y0", y0),
        ("y1", y1), ("line", Obj(("color", Palette.Reference), ("width", 1.2), ("dash", dash))));

    /// <summary>A piece of text inside the figure.</summary>
    public static Dictionary<string, object?> Text(string text, string xref, object x, string yref, object y,
        params (string Key, object? Value)[] more) => Obj(
        [("text", text), ("xref", xref), ("yref", yref), ("x", x), ("y", y), ("showarrow", false),
            ("font", Obj(("size", 12))), .. more]);

    /// <summary>The legend below the plot, in lines; what is given wins.</summary>
    public static Dictionary<string, object?> Legend(params (string Key, object? Value)[] more) => Obj(
        [("orientation", "h"), ("x", .012), ("xref", "container"), ("xanchor", "left"), ("y", 0),
            ("yref", "container"), ("yanchor", "bottom"), ("font", Obj(("size", 12))), .. more]);

    /// <summary>The scale of a heatmap's colours, with its title above it.</summary>
    public static Dictionary<string, object?> ColourBar(string title, params (string Key, object? Value)[] more) => Obj(
        [("title", Obj(("text", title), ("side", "top"), ("font", Obj(("size", 12))))), ("thickness", 12),
            ("outlinewidth", 0), .. more]);

    /// <summary>A heatmap's colours: blue, of some opacity at each place 0 … 1 of its range.</summary>
    public static object[] Shades(params (double Place, double Opacity)[] stops) =>
        [.. stops.Select(stop => new object[] { stop.Place, Palette.Fade(Palette.Blue, stop.Opacity) })];

    /// <summary>Whiskers over the intervals of estimates; null where none has one.</summary>
    public static Dictionary<string, object?>? Whiskers(IReadOnlyList<Estimate> shown, string colour = Palette.Ink,
        double thickness = 1.8, int width = 6) => !shown.Any(value => value.HasInterval) ? null : Obj(
        ("type", "data"), ("symmetric", false),
        ("array", Numbers(shown.Select(value => value.HasInterval ? value.High - value.Mean : 0))),
        ("arrayminus", Numbers(shown.Select(value => value.HasInterval ? value.Mean - value.Low : 0))),
        ("thickness", thickness), ("width", width), ("color", colour));

    /// <summary>The figure.</summary>
    public GenericChart Build()
    {
        var titles = Wrap(title, TitleColumns);
        var captions = Wrap(Caption, CaptionColumns);
        var rows = legend.Count > 1 ? LegendRows() : 0;
        var top = 16 + 21 * titles.Count + 16 * captions.Count + 12 + Top;
        var bottom = Bottom + (rows == 0 ? 0 : 10 + 20 * rows);
        var heading = string.Join("<br>", titles.Select(line => $"<b>{line}</b>"))
            + (captions.Count == 0 ? "" : $"<br><span style=\"font-size:12px\">{string.Join("<br>", captions)}</span>");
        var parts = Obj(
        [
            ("title", Obj(("text", heading), ("x", 0), ("xref", "container"), ("xanchor", "left"), ("y", .98),
                ("yref", "container"), ("yanchor", "top"), ("pad", Obj(("l", 12), ("t", 12))),
                ("font", Obj(("size", 16))))),
            ("font", Obj(("family", "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"),
                ("size", 13), ("color", Palette.Ink))),
            ("paper_bgcolor", "rgba(0,0,0,0)"), ("plot_bgcolor", "rgba(0,0,0,0)"), ("autosize", true),
            ("height", top + PlotHeight + bottom),
            ("margin", Obj(("l", Left), ("r", Right), ("t", top), ("b", bottom))),
            ("showlegend", rows > 0), ("legend", rows > 0 ? Legend() : null), ("hovermode", "closest"),
            ("modebar", Obj(("orientation", "v"), ("bgcolor", "rgba(0,0,0,0)"))), .. extra,
        ]);
        var layout = new Layout();
        foreach (var (key, value) in parts) layout.SetProperty(key, value);
        return GenericChart.setLayout(layout, GenericChart.ofTraceObjects<IEnumerable<Trace>>(false, traces));
    }

    private int LegendRows()
    {
        // plotly.js gives every entry the width of the longest.
        var width = 48 + legend.Max(name => name.Length) * 7;
        return (int)Math.Ceiling(legend.Count / (double)Math.Max(1, LegendWidth / width));
    }

    /// <summary>Breaks a text at spaces into lines of at most so many characters.</summary>
    public static IReadOnlyList<string> Wrap(string text, int columns)
    {
        var lines = new List<string>();
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (lines.Count > 0 && HtmlText.Strip($"{lines[^1]} {word}").Length <= columns) lines[^1] += " " + word;
            else lines.Add(word);
        }
        return lines;
    }
}
