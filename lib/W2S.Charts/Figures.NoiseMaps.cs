using Plotly.NET;
using W2S.Analysis;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

public static partial class Figures
{
    /// <summary>Percent at which the map's colour steps; close together below, where wrong labels are rare, wide
    /// above.</summary>
    private static readonly (double Percent, double Opacity)[] MapShades = [(0, 0), (1, .22), (5, .42), (20, .65),
        (50, .85), (100, 1)];

    /// <summary>Label noise as it turned out: a panel for each noise, a row for each true class, a column
    /// for each given label.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="maps">One to four kinds of noise over the same classes.</param>
    /// <param name="order">The classes in the order of rows and columns, for instance by super-class; as they are
    /// numbered where null.</param>
    /// <param name="caption">What stands under the title before the count.</param>
    /// <returns>The chart: share of a class's images, in percent; each panel's heading says the realised
    /// rate.</returns>
    /// <exception cref="ArgumentException">There is no map, there are more than four, or the classes
    /// differ.</exception>
    public static GenericChart NoiseMaps(
        string title, IReadOnlyList<(string Noise, NoiseMap Map)> maps, IReadOnlyList<int>? order = null,
        string caption = "")
    {
        Require(maps, nameof(maps));
        var classes = maps[0].Map.Classes;
        if (maps.Count > 4)
            throw new ArgumentException($"{maps.Count} maps do not fit one figure; give one to four", nameof(maps));
        if (maps.FirstOrDefault(map => map.Map.Classes != classes) is { Map: not null } other)
            throw new ArgumentException(
                $"{other.Noise} has {other.Map.Classes} classes and {maps[0].Noise} {classes}; give maps over the "
                + "same classes", nameof(maps));
        order ??= [.. Enumerable.Range(0, classes)];
        if (!order.Order().SequenceEqual(Enumerable.Range(0, classes)))
            throw new ArgumentException($"order does not hold each of the {classes} classes once", nameof(order));
        var columns = Math.Min(2, maps.Count);
        var rows = (maps.Count + columns - 1) / columns;
        var figure = new FigureBuilder(title)
        {
            Caption = Join(caption, "A row a true class, a column the label given",
                "On the diagonal the label is right"),
            PlotHeight = rows == 1 ? 300 : 620,
            Top = 38,
            Right = 84,
        };
        var panels = new Panels(figure, columns, rows) { XTitle = "label given", BetweenRows = rows > 1 ? .15 : 0 };
        var places = Enumerable.Range(0, classes).ToArray();
        for (var k = 0; k < maps.Count; k++)
        {
            var (noise, map) = maps[k];
            var heading =
                FormattableString.Invariant($"{noise}<br>{100 * map.RealisedRate:0.0} % of {map.Count} labels wrong");
            figure.Add("heatmap",
                ("name", noise), ("showlegend", false), ("meta", Told(heading)), ("xaxis", Panels.Name("x", k)),
                ("yaxis", Panels.Name("y", k)), ("x", places), ("y", places), ("hoverinfo", "x+y+z"),
                ("z", order.Select(truth => order.Select(given => Shown(map.Share(truth, given))).ToArray()).ToArray()),
                ("zmin", 0), ("zmax", 100), ("showscale", k == 0),
                ("colorscale",
                    MapShades.Select(
                        shade => new object[] { shade.Percent / 100, Palette.Fade(Palette.Blue, shade.Opacity) })
                            .ToArray()),
                ("colorbar", k > 0 ? null : Obj(
                    ("title", Obj(("text", "share of<br>the class, %"), ("side", "top"), ("font", Obj(("size", 12))))),
                    ("tickvals", new[] { 0, 5, 20, 50, 100 }), ("thickness", 12), ("outlinewidth", 0))));
            panels.Add(heading,
                Axis(null, ("range", new[] { -.5, classes - .5 }), ("showgrid", false), ("showticklabels", false),
                    ("ticks", ""), ("mirror", true)),
                Axis(k % columns == 0 ? "true class" : null, ("range", new[] { classes - .5, -.5 }),
                    ("showgrid", false), ("showticklabels", false), ("ticks", ""), ("mirror", true)));
        }
        return panels.Build();

        // A tenth of a percent is enough for a colour and keeps the figure small.
        static object? Shown(double share) => double.IsNaN(share) ? null : Math.Round(100 * share, 1);
    }
}
