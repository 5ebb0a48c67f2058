using Plotly.NET;
using W2S.Analysis;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

public static partial class Figures
{
    /// <summary>What students gained against how far they left their teachers, with the diagonal of the
    /// theory.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="points">A point a run: its method, and its misfit and gain.</param>
    /// <param name="caption">What stands under the title before n.</param>
    /// <returns>The chart, in nats.</returns>
    /// <exception cref="ArgumentException">There is no point.</exception>
    public static GenericChart MisfitGain(string title, IReadOnlyList<(string Method, Misfit Misfit)> points,
        string caption = "")
    {
        Require(points, nameof(points));
        var figure = new FigureBuilder(title)
        {
            PlotHeight = 380,
            Caption = Join(caption, $"{points.Count} runs, a point each",
                "Diagonal: gain = misfit, a lower bound for a convex class of students with the target inside it, "
                + "trained by reverse KL; other students need not keep it"),
        };
        foreach (var method in MethodStyle.Sorted(points.GroupBy(point => point.Method), group => group.Key))
        {
            var style = MethodStyle.Of(method.Key);
            figure.Add("scatter",
                ("name", method.Key), ("mode", "markers"), ("x", Numbers(method.Select(point => point.Misfit.Reverse))),
                ("y", Numbers(method.Select(point => point.Misfit.Gain))),
                ("marker", Obj(("color", style.Colour), ("symbol", style.Symbol), ("size", 9),
                    ("line", Obj(("width", 1.5), ("color", style.Colour))))));
        }
        var values = points.SelectMany(point => new[] { point.Misfit.Reverse, point.Misfit.Gain }).ToArray();
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
