using Plotly.NET;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

/// <summary>How results follow one knob.</summary>
/// <param name="Parameter">The knob's name, for instance <c>T</c>.</param>
/// <param name="Curves">A curve a method over the knob's values.</param>
/// <param name="Logarithmic">Whether the knob is spaced by factors.</param>
/// <param name="Default">The value used elsewhere, marked by a line; none where null.</param>
public sealed record SensitivityPanel(string Parameter, IReadOnlyList<Curve> Curves, bool Logarithmic = false,
    double? Default = null);

public static partial class Figures
{
    /// <summary>Small multiples: a panel a knob, the same measure and range in all. Panels have the knob's name as
    /// their heading, a single one has it at its axis.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="knobs">The knobs, at most four.</param>
    /// <param name="measure">What the values are; accuracies 0 … 1 where null.</param>
    /// <param name="caption">What stands under the title before n and interval.</param>
    /// <returns>The chart.</returns>
    /// <exception cref="ArgumentException">There is no knob, there are more than four, or a curve's values do not fit
    /// its places.</exception>
    public static GenericChart Sensitivity(string title, IReadOnlyList<SensitivityPanel> knobs, Measure? measure = null,
        string caption = "")
    {
        Require(knobs, nameof(knobs));
        if (knobs.Count > 4) throw new ArgumentException($"{knobs.Count} knobs; give at most 4 a chart", nameof(knobs));
        measure ??= Measure.Accuracy;
        var values = knobs.SelectMany(knob => knob.Curves).SelectMany(curve => curve.Values).ToArray();
        var alone = knobs.Count == 1;
        var figure = new FigureBuilder(title)
        {
            PlotHeight = 260,
            Top = alone ? 8 : 22,
            Bottom = alone ? 52 : 34,
            Caption = Join(caption, Spread(values, "whiskers"),
                knobs.Any(knob => knob.Default is not null) ? "Dashed: the value used elsewhere" : ""),
        };
        var ends = Ends(values, measure);
        var panels = new Panels(figure, knobs.Count, 1);
        var listed = new HashSet<string>();
        foreach (var (k, knob) in knobs.Index())
        {
            foreach (var curve in knob.Curves.OrderBy(curve => curve.Style.Order))
            {
                var (style, shown) = (curve.Style, curve.In(measure));
                panels.Trace("scatter",
                    ("name", curve.Name), ("meta", Told($"{knob.Parameter}, {curve.Name}")),
                    ("legendgroup", curve.Name), ("showlegend", listed.Add(curve.Name)),
                    ("mode", "lines+markers"), ("x", Numbers(curve.X)),
                    ("y", Numbers(shown.Select(value => value.Mean))),
                    ("line", style.Line(1.8)), ("marker", style.Marker(7)),
                    ("error_y", Whiskers(shown, style.Colour, thickness: 1.2, width: 4)));
            }
            if (ends.Min() < 0 && ends.Max() > 0)
                panels.Shape(Line(panels.X + " domain", 0, 1, panels.Y, 0, 0, "solid"));
            if (knob.Default is { } usual)
                panels.Shape(Line(panels.X, usual, usual, panels.Y + " domain", 0, 1));
            var places = Apart(knob, 560.0 / knobs.Count - 30);
            panels.Add(alone ? "" : knob.Parameter,
                Axis(alone ? knob.Parameter : null, ("type", knob.Logarithmic ? "log" : "linear"),
                    ("tickmode", "array"), ("tickvals", Numbers(places)), ("tickangle", 0),
                    ("ticktext", places.Select(place => FormattableString.Invariant($"{place}")).ToArray())),
                Axis(k == 0 ? measure.Title : null, ("range", Around(ends))));
        }
        return panels.Build();
    }

    /// <summary>The knob's values whose labels do not touch on an axis of so many pixels.</summary>
    private static double[] Apart(SensitivityPanel knob, double pixels)
    {
        var places = knob.Curves.SelectMany(curve => curve.X).Distinct().Order().ToArray();
        var kept = new List<double>();
        foreach (var place in places)
        {
            // The value used elsewhere keeps its label: a neighbour that would touch it goes.
            if (knob.Default is { } usual && place != usual && Touch(place, usual)) continue;
            if (kept.Count == 0 || !Touch(kept[^1], place)) kept.Add(place);
        }
        return [.. kept];

        bool Touch(double a, double b) => Math.Abs(At(a) - At(b)) / (At(places[^1]) - At(places[0])) * pixels < 30;

        double At(double place) => knob.Logarithmic ? Math.Log(place) : place;
    }
}
