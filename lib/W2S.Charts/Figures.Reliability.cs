using Plotly.NET;
using W2S.Analysis;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

public static partial class Figures
{
    /// <summary>Accuracy against confidence: below the diagonal a model is surer than it is right.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="models">Named calibrations; their names stand in the legend with the ECE.</param>
    /// <param name="caption">What stands under the title before n and bins.</param>
    /// <returns>The chart; a marker's area follows the share of samples in its bin.</returns>
    /// <exception cref="ArgumentException">There is no model.</exception>
    public static GenericChart Reliability(string title, IReadOnlyList<(string Name, Calibration Calibration)> models,
        string caption = "")
    {
        Require(models, nameof(models));
        var figure = new FigureBuilder(title)
        {
            PlotHeight = 380,
            Caption = Join(caption, string.Join("; ", models.Select(model =>
                    (model.Calibration.Count,
                        Bins: model.Calibration.Bins.Count)).Distinct()
                            .Select(x => $"n = {x.Count} samples, {x.Bins} bins")),
                "Dashed: perfect calibration; a marker’s area is its bin’s share of samples, empty bins are left out"),
        };
        foreach (var (name, calibration) in models)
        {
            var style = MethodStyle.Of(name);
            var bins = calibration.Bins.Where(bin => bin.Count > 0).ToArray();
            figure.Add("scatter",
                ("name", FormattableString.Invariant($"{name}, ECE {100 * calibration.Ece:0.0} %")),
                ("mode", "lines+markers"), ("x", Numbers(bins.Select(bin => 100 * bin.Confidence))),
                ("y", Numbers(bins.Select(bin => 100 * bin.Accuracy))),
                ("line", Obj(("color", style.Colour), ("width", 1.6), ("dash", style.Dash))),
                ("marker", Obj(("color", style.Colour), ("symbol", style.Symbol), ("opacity", .9),
                    ("line", Obj(("width", 1), ("color", style.Colour))),
                    ("size", Numbers(bins.Select(bin => 5 + 26 * Math.Sqrt((double)bin.Count / calibration.Count)))))));
        }
        return figure
            .Layout("xaxis", Axis("confidence, %", ("range", new[] { 0, 103 })))
            .Layout("yaxis", Axis("accuracy, %", ("range", new[] { 0, 105 })))
            .Layout("shapes", new[] { Line("x", 0, 100, "y", 0, 100) })
            .Build();
    }
}
