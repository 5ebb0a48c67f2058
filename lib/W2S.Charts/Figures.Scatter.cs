using Plotly.NET;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

/// <summary>A group of points of one look.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Points">Where they lie, and what a reader who hovers over one is told of it.</param>
public sealed record PointGroup(string Name, IReadOnlyList<(double X, double Y, string Label)> Points)
{
    /// <summary>How it looks.</summary>
    /// <value>Null: by its place among the groups.</value>
    public MethodStyle? Style { get; init; }
}

public static partial class Figures
{
    /// <summary>One quantity against another, a point for whatever was measured.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="x">What the horizontal axis shows.</param>
    /// <param name="y">What the vertical axis shows; zero is drawn.</param>
    /// <param name="groups">The points.</param>
    /// <param name="caption">What stands under the title.</param>
    /// <param name="diagonal">What the line of equal values is called; none where null.</param>
    /// <returns>The chart.</returns>
    /// <exception cref="ArgumentException">There is no point.</exception>
    public static GenericChart Scatter(string title, string x, string y, IReadOnlyList<PointGroup> groups,
        string caption = "", string? diagonal = null)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var points = groups.SelectMany(group => group.Points).ToArray();
        Require(points, nameof(groups));
        var figure = new FigureBuilder(title) { PlotHeight = 380, Caption = caption };
        foreach (var (place, group) in groups.Index())
        {
            var style = group.Style ?? MethodStyle.At(place);
            figure.Add("scatter", ("name", group.Name), ("mode", "markers"),
                ("x", Numbers(group.Points.Select(point => point.X))),
                ("y", Numbers(group.Points.Select(point => point.Y))),
                ("text", group.Points.Any(point => point.Label.Length > 0)
                    ? group.Points.Select(point => point.Label).ToArray() : null),
                ("marker", style.Marker(9, stroke: 1.5)));
        }
        var (left, right) = (points.Min(point => point.X), points.Max(point => point.X));
        var shapes = new List<object> { Line("paper", 0, 1, "y", 0, 0, "solid") };
        if (left < 0 && right > 0) shapes.Add(Line("x", 0, 0, "paper", 0, 1, "solid"));
        if (diagonal is not null)
        {
            var low = Round(Math.Max(0, Math.Min(left, points.Min(point => point.Y))));
            var high = Round(Math.Max(Math.Max(right, points.Max(point => point.Y)) * 1.05, 1e-6));
            shapes.Add(Line("x", low, high, "y", low, high));
            figure.Layout("annotations", new[] { Text(diagonal, "x", high, "y", high, ("xanchor", "right"),
                ("yanchor", "bottom"), ("xshift", -14)) });
        }
        return figure.Layout("xaxis", Axis(x, left < 0 ? [] : [("rangemode", "tozero")])).Layout("yaxis", Axis(y))
            .Layout("shapes", shapes.ToArray()).Build();
    }
}
