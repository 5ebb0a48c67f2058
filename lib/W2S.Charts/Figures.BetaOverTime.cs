using Plotly.NET;
using W2S.Analysis;
using W2S.Torch;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

public static partial class Figures
{
    /// <summary>Opacity rises fast at first, so that the few samples away from the agreement stay visible.</summary>
    private static readonly object[] Shades =
        [.. new[] { (0.0, 0.0), (.02, .18), (.1, .42), (.3, .7), (1, 1) }.Select(
            stop => new object[] { stop.Item1, Palette.Fade(Palette.Blue, stop.Item2) })];

    /// <summary>How the distribution of β moves in training: a column an epoch, darker where more samples lie, and the
    /// mean as a line.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="epochs">Epochs, rising.</param>
    /// <param name="beta">For each epoch the β of its samples, 0 … 1.</param>
    /// <param name="bins">Bins on the range.</param>
    /// <param name="highest">Upper end of the range: ½ for AdaptConf, 1 where β may exceed it (swapped).</param>
    /// <param name="caption">What stands under the title before n.</param>
    /// <returns>The chart.</returns>
    /// <exception cref="ArgumentException">The counts differ, or an epoch has no sample.</exception>
    public static GenericChart BetaOverTime(
        string title, IReadOnlyList<double> epochs, IReadOnlyList<IReadOnlyList<double>> beta, int bins = 20,
        double highest = .5, string caption = "")
    {
        Require(epochs, nameof(epochs));
        ArgumentNullException.ThrowIfNull(beta);
        Checks.SameCount(epochs.Count, beta.Count, nameof(epochs), nameof(beta));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        foreach (var values in beta) Checks.Finite(values, nameof(beta));
        var shares = beta.Select(values => Shares(values, 0, highest, bins)).ToArray();
        var counts = beta.Select(values => values.Count).Distinct().Order().ToArray();
        var centres = Enumerable.Range(0, bins).Select(b => highest * (b + .5) / bins);
        var figure = new FigureBuilder(title)
        {
            Caption = Join(caption,
                $"n = {(counts.Length == 1 ? $"{counts[0]}" : $"{counts[0]} to {counts[^1]}")} samples an epoch",
                BetaTop("topmost row", highest)),
            Right = 90,
        };
        return figure
            .Add("heatmap",
                ("name", "share of samples, %"), ("showlegend", false), ("x", Numbers(epochs)), ("y", Numbers(centres)),
                ("hoverinfo",
                    "x+y+z"), ("z",
                        Enumerable.Range(0, bins).Select(b => Numbers(shares.Select(epoch => epoch[b])))
                            .ToArray()), ("zmin", 0),
                ("colorscale", Shades),
                ("colorbar",
                    Obj(("title",
                        Obj(("text", "share of<br>samples, %"), ("side", "top"), ("font", Obj(("size", 12))))),
                        ("thickness", 12), ("outlinewidth", 0))))
            .Add("scatter",
                ("name", "mean β"), ("mode", "lines+markers"), ("x", Numbers(epochs)),
                ("y", Numbers(beta.Select(values => values.Average()))),
                ("line", Obj(("color", Palette.Vermilion), ("width", 2))),
                ("marker", Obj(("size", 5), ("color", Palette.Vermilion))))
            .Layout("xaxis", Axis("epoch", ("showgrid", false)))
            .Layout("yaxis", Axis("β", ("range", new[] { 0, highest })))
            .Build();
    }
}
