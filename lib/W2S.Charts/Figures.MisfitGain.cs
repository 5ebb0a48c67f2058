using Plotly.NET;
using W2S.Runs;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

public static partial class Figures
{
    /// <summary>What students gained against how far they left their teachers, with the diagonal of the
    /// theory.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="runs">Runs that measured misfit and gain: a point each.</param>
    /// <param name="caption">What stands under the title before n.</param>
    /// <returns>The chart, in nats.</returns>
    /// <exception cref="ArgumentException">There is no point.</exception>
    public static GenericChart MisfitGain(string title, RunSet runs, string caption = "")
    {
        ArgumentNullException.ThrowIfNull(runs);
        Require(runs, nameof(runs));
        var figure = new FigureBuilder(title)
        {
            PlotHeight = 380,
            Caption = Join(caption, $"{runs.Count} runs, a point each",
                "Diagonal: gain = misfit, a lower bound for a convex class of students with the target inside it, "
                + "trained by reverse KL; other students need not keep it"),
        };
        foreach (var (facets, method) in MethodStyle.Sorted(
            runs.By(run => run.Facets with { Variant = null }).GroupBy(group => group.Key.Method).Select(
                group => (group.First().Key, Runs: group.SelectMany(own => own.Runs).ToArray())), group => group.Key))
        {
            var style = MethodStyle.Of(facets);
            figure.Add("scatter",
                ("name", facets.Method), ("mode", "markers"), ("x", Numbers(method.Select(run => run["misfit reverse"]))),
                ("y", Numbers(method.Select(run => run["NLL gain"]))),
                ("marker", Obj(("color", style.Colour), ("symbol", style.Symbol), ("size", 9),
                    ("line", Obj(("width", 1.5), ("color", style.Colour))))));
        }
        var values = runs.SelectMany(run => new[] { run["misfit reverse"], run["NLL gain"] }).ToArray();
        var (low, high) = (Math.Min(0, values.Min()), values.Max() * 1.05);
        var ends = (Low: Round(Math.Max(0, low)), High: Round(Math.Max(high, 1e-6)));
        return figure
            .Layout("xaxis", Axis("misfit KL(student ‖ teacher), nats", ("rangemode", "tozero")))
            .Layout("yaxis", Axis("gain NLL(teacher) − NLL(student), nats"))
            .Layout("shapes",
                new[] { Line("x", ends.Low, ends.High, "y", ends.Low, ends.High),
                    Line("paper", 0, 1, "y", 0, 0, "solid") })
            .Layout("annotations",
                new[] { Text("gain = misfit", "x", ends.High, "y", ends.High, ("xanchor", "right"),
                    ("yanchor", "bottom"), ("xshift", -14)) })
            .Build();
    }
}
