using Plotly.NET;
using W2S.Torch;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

public static partial class Figures
{
    /// <summary>How the distribution of β moves in training: a column an epoch, darker where more samples lie, and the
    /// mean as a line.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="epochs">Epochs, rising.</param>
    /// <param name="beta">For each epoch the β of its samples: 0 … ½, or up to 1 for rules that go
    /// further.</param>
    /// <param name="caption">What stands under the title before n.</param>
    /// <returns>The chart.</returns>
    /// <exception cref="ArgumentException">The counts differ, or an epoch has no sample.</exception>
    public static GenericChart BetaOverTime(
        string title, IReadOnlyList<double> epochs, IReadOnlyList<IReadOnlyList<double>> beta, string caption = "")
    {
        Require(epochs, nameof(epochs));
        ArgumentNullException.ThrowIfNull(beta);
        Checks.SameCount(epochs.Count, beta.Count, nameof(epochs), nameof(beta));
        foreach (var values in beta) Checks.Finite(values, nameof(beta));
        var (most, bins) = BetaRange(beta.SelectMany(values => values));
        var shares = beta.Select(values => Shares(values, 0, most, bins.Length)).ToArray();
        var figure = new FigureBuilder(title)
        {
            Caption = Join(caption, $"n = {FromTo(beta.Select(values => values.Count))} samples an epoch",
                BetaTop(most, "topmost row")),
            Right = 90,
        };
        return figure
            .Add("heatmap",
                ("name", "share of samples, %"), ("showlegend", false), ("x", Numbers(epochs)), ("y", bins),
                ("hoverinfo", "x+y+z"),
                ("z", bins.Select((_, bin) => Numbers(shares.Select(epoch => epoch[bin]))).ToArray()), ("zmin", 0),
                // Opacity rises fast at first, so that the few samples away from the agreement stay visible.
                ("colorscale", Shades((0, 0), (.02, .18), (.1, .42), (.3, .7), (1, 1))),
                ("colorbar", ColourBar("share of<br>samples, %")))
            .Add("scatter",
                ("name", "mean β"), ("mode", "lines+markers"), ("x", Numbers(epochs)),
                ("y", Numbers(beta.Select(values => values.Average()))),
                ("line", Obj(("color", Palette.Vermilion), ("width", 2))),
                ("marker", Obj(("size", 5), ("color", Palette.Vermilion))))
            .Layout("xaxis", Axis("epoch", ("showgrid", false)))
            .Layout("yaxis", Axis("β", ("range", new[] { 0, most })))
            .Build();
    }
}
