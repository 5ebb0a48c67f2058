using Plotly.NET;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

/// <summary>Small multiples: a grid of panels in one figure, each with a heading and axes of its own.</summary>
/// <param name="figure">The figure they belong to.</param>
/// <param name="columns">Panels a row.</param>
/// <param name="rows">How many rows.</param>
internal sealed class Panels(FigureBuilder figure, int columns, int rows)
{
    private const double BetweenColumns = .08;
    private readonly List<Dictionary<string, object?>> headings = [];
    private readonly List<Dictionary<string, object?>> shapes = [];
    private int count, wrapped;

    /// <summary>Share of the height between rows: room for tick labels, an axis title and the next heading.</summary>
    public double BetweenRows { get; init; }

    /// <summary>One title below all panels; none where null.</summary>
    public string? XTitle { get; init; }

    /// <summary>plotly.js' name of the next panel's x axis: <c>x</c>, <c>x2</c>, …</summary>
    public string X => "x" + Number;

    /// <summary>And of its y axis.</summary>
    public string Y => "y" + Number;

    private string Number => count == 0 ? "" : $"{count + 1}";

    /// <summary>Adds a trace to the next panel.</summary>
    public void Trace(string type, params (string Key, object? Value)[] properties) =>
        figure.Add(type, [.. properties, ("xaxis", X), ("yaxis", Y)]);

    /// <summary>Adds the next panel, row by row; the first line of its heading is bold, and broken where it is longer
    /// than the panel is wide.</summary>
    public void Add(string heading, Dictionary<string, object?> x, Dictionary<string, object?> y)
    {
        var (row, column) = (count / columns, count % columns);
        var width = (1 - BetweenColumns * (columns - 1)) / columns;
        var height = (1 - BetweenRows * (rows - 1)) / rows;
        var (left, top) = (column * (width + BetweenColumns), 1 - row * (height + BetweenRows));
        x["domain"] = new[] { Round(left), Round(Math.Min(1, left + width)) };
        y["domain"] = new[] { Round(Math.Max(0, top - height)), Round(top) };
        (x["anchor"], y["anchor"]) = (Y, X);
        x.Remove("automargin");
        y.Remove("automargin");
        figure.Layout("xaxis" + Number, x).Layout("yaxis" + Number, y);
        var parts = heading.Split("<br>", 2);
        var name = Wrap(parts[0], 66 / columns);
        if (row == 0) wrapped = Math.Max(wrapped, name.Count - 1);
        if (heading.Length > 0)
            Note(Text(string.Join("<br>", [.. name.Select(line => $"<b>{line}</b>"), .. parts[1..]]), "paper",
                Round(left), "paper", Round(top), ("xanchor", "left"), ("align", "left"), ("yanchor", "bottom"),
                ("yshift", 4)));
        count++;
    }

    /// <summary>Adds a line or area to the figure.</summary>
    public void Shape(Dictionary<string, object?> shape) => shapes.Add(shape);

    /// <summary>Adds a text to the figure.</summary>
    public void Note(Dictionary<string, object?> text) => headings.Add(text);

    /// <summary>The figure with all panels.</summary>
    public GenericChart Build()
    {
        if (XTitle is not null)
            Note(Text(XTitle, "paper", .5, "paper", 0, ("xanchor", "center"), ("yanchor", "top"), ("yshift", -26),
                ("font", Obj(("size", 13)))));
        figure.Top += 15 * wrapped;
        return figure.Layout("annotations", headings).Layout("shapes", shapes.Count == 0 ? null : shapes).Build();
    }
}
