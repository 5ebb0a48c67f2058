using Plotly.NET;
using W2S.Analysis;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

public static partial class Figures
{
    /// <summary>Label noise as it turned out: a panel for each noise, a row for each true class, a column
    /// for each given label.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="maps">One to four kinds of noise over the same classes.</param>
    /// <param name="caption">What stands under the title before the count.</param>
    /// <returns>The chart: share of a class's images, in percent; each panel's heading says the realised
    /// rate.</returns>
    /// <exception cref="ArgumentException">There is no map, there are more than four, or the classes
    /// differ.</exception>
    public static GenericChart NoiseMaps(
        string title, IReadOnlyList<(string Noise, NoiseMap Map)> maps, string caption = "")
    {
        Require(maps, nameof(maps));
        var classes = maps[0].Map.Classes;
        if (maps.Count > 4)
            throw new ArgumentException($"{maps.Count} maps do not fit one figure; give one to four", nameof(maps));
        if (maps.FirstOrDefault(map => map.Map.Classes != classes) is { Map: not null } other)
            throw new ArgumentException(
                $"{other.Noise} has {other.Map.Classes} classes and {maps[0].Noise} {classes}; give maps over the "
                + "same classes", nameof(maps));
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
        var panels = new Panels(figure, columns, rows) { XTitle = "label given", BetweenRows = .15 };
        var places = Enumerable.Range(0, classes).ToArray();
        foreach (var (k, (noise, map)) in maps.Index())
        {
            var heading =
                FormattableString.Invariant($"{noise}<br>{100 * map.RealisedRate:0.0} % of {map.Count} labels wrong");
            panels.Trace("heatmap",
                ("name", noise), ("showlegend", false), ("meta", Told(heading)), ("x", places), ("y", places),
                ("hoverinfo", "x+y+z"),
                ("z", places.Select(truth => places.Select(given => Shown(map.Share(truth, given))).ToArray())
                    .ToArray()),
                ("zmin", 0), ("zmax", 100), ("showscale", k == 0),
                // Close together below, where wrong labels are rare, wide above.
                ("colorscale", Shades((0, 0), (.01, .22), (.05, .42), (.2, .65), (.5, .85), (1, 1))),
                ("colorbar", k > 0 ? null
                    : ColourBar("share of<br>the class, %", ("tickvals", new[] { 0, 5, 20, 50, 100 }))));
            panels.Add(heading, Classes(null, -.5, classes - .5),
                Classes(k % columns == 0 ? "true class" : null, classes - .5, -.5));
        }
        return panels.Build();

        static Dictionary<string, object?> Classes(string? title, double from, double to) => Axis(title,
            ("range", new[] { from, to }), ("showgrid", false), ("showticklabels", false), ("ticks", ""),
            ("mirror", true));

        // A tenth of a percent is enough for a colour and keeps the figure small.
        static object? Shown(double share) => double.IsNaN(share) ? null : Math.Round(100 * share, 1);
    }
}
