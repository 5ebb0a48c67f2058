using Plotly.NET;
using W2S.Losses.WeakToStrong;
using static System.FormattableString;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

public static partial class Figures
{
    private const double MostLead = 8;

    /// <summary>AdaptConf's β against the student's logits, with a slider for T.</summary>
    /// <remarks>Moving the slider needs no kernel: every position's numbers stand in the chart. A still picture shows
    /// T = ½.</remarks>
    /// <param name="leads">By how much a student's largest logit exceeds that of its teacher's class, ≥ 0, an image
    /// each; they ride on the curve.</param>
    /// <returns>The chart.</returns>
    /// <exception cref="ArgumentException">There is no lead, or one is negative or not finite.</exception>
    public static GenericChart BetaSlider(IReadOnlyList<double> leads)
    {
        Require(leads, nameof(leads));
        foreach (var lead in leads)
        {
            if (!(lead >= 0 && double.IsFinite(lead)))
                throw new ArgumentOutOfRangeException(nameof(leads), lead, Invariant(
                    $"lead {lead} is no difference to the largest logit; give finite numbers of 0 or more"));
        }
        double[] temperatures = [.1, .25, .5, 1, 2, 4, 8, 16];
        const int shown = 2;

        double[] places = [.. Enumerable.Range(0, 65).Select(i => MostLead * i / 64)];
        var images = leads.Where(lead => lead <= MostLead).ToArray();
        var positions = temperatures.Select(t => new
        {
            T = t,
            Curve = Numbers(places.Select(lead => Beta(lead, t))),
            Images = Numbers(images.Select(lead => Beta(lead, t))),
            Name = Invariant($"{leads.Count} images: mean β {leads.Average(lead => Beta(lead, t)):0.00}"),
        }).ToArray();
        var now = positions[shown];

        var figure = new FigureBuilder("Move T: how much of the student's own label gets in")
        {
            Caption = "β = σ(−(z<sub>max</sub> − z<sub>w</sub>) / T), z the student’s logits, w its teacher’s class. "
                + "Dashed: ½, which β reaches where both agree and never exceeds.",
            Bottom = 132,
        };
        return figure
            .Add("scatter", ("name", "β"), ("meta", Told(Invariant($"β at T = {now.T}"))),
                ("mode", "lines"), ("x", Numbers(places)), ("y", now.Curve),
                ("line", Obj(("color", Palette.Blue), ("width", 2.4))), ("showlegend", false),
                ("hovertemplate", "lead %{x:.2f}: β = %{y:.2f}<extra></extra>"))
            .Add("scatter", ("name", now.Name), ("mode", "markers"), ("x", Numbers(images)), ("y", now.Images),
                ("marker", Obj(("color", Palette.Vermilion), ("size", 6), ("opacity", .55))), ("showlegend", true),
                ("hovertemplate", "an image, lead %{x:.2f}: β = %{y:.2f}<extra></extra>"))
            .Layout("xaxis", Axis("z<sub>max</sub> − z<sub>w</sub>: how much surer the student is of its own class",
                ("range", new[] { -.1, MostLead })))
            .Layout("yaxis", Axis("β", ("range", new[] { -.015, .55 }), ("dtick", .1)))
            .Layout("shapes", new[] { Line("paper", 0, 1, "y", .5, .5) })
            .Layout("showlegend", true)
            .Layout("legend", Obj(("x", 1), ("xanchor", "right"), ("y", .86), ("yanchor", "top")))
            .Layout("sliders", new[]
            {
                Obj(("active", shown), ("x", 0), ("len", 1), ("y", 0), ("pad", Obj(("t", 62), ("b", 8))),
                    ("currentvalue", Obj(("prefix", "T = "), ("font", Obj(("size", 14))))),
                    ("bordercolor", Palette.Reference), ("bgcolor", Palette.Grid), ("tickcolor", Palette.Reference),
                    ("steps", positions.Select(at => Obj(
                        ("label", Invariant($"{at.T}")), ("method", "restyle"),
                        ("args", new object[]
                        {
                            Obj(("y", new[] { at.Curve, at.Images }), ("name", new[] { "β", at.Name })),
                            new[] { 0, 1 },
                        }))).ToArray())),
            })
            .Build();

        static double Beta(double lead, double temperature) => AdaptConf.Beta(1, Math.Exp(-lead), temperature);
    }
}
