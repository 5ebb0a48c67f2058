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
                curve.Check();
                var style = curve.Style;
                var shown = curve.Values.Select(value => value.Times(measure.Factor)).ToArray();
                figure.Add("scatter",
                    ("name", curve.Name), ("meta", Told($"{knob.Parameter}, {curve.Name}")),
                    ("legendgroup", curve.Name), ("showlegend", listed.Add(curve.Name)),
                    ("xaxis", Panels.Name("x", k)), ("yaxis", Panels.Name("y", k)), ("mode", "lines+markers"),
                    ("x", Numbers(curve.X)), ("y", Numbers(shown.Select(value => value.Mean))),
                    ("line", Obj(("color", style.Colour), ("width", 1.8), ("dash", style.Dash))),
                    ("marker", Obj(("color", style.Colour), ("symbol", style.Symbol), ("size", 7))),
                    ("error_y", shown.Any(value => value.HasInterval) ? Obj(("type", "data"), ("symmetric", false),
                        ("array", Numbers(shown.Select(value => value.HasInterval ? value.High - value.Mean : 0))),
                        ("arrayminus", Numbers(shown.Select(value => value.HasInterval ? value.Mean - value.Low : 0))),
                        ("thickness", 1.2), ("width", 4), ("color", style.Colour)) : null));
            }
            if (ends.Min() < 0 && ends.Max() > 0)
                panels.Shape(Line(Panels.Name("x", k) + " domain", 0, 1, Panels.Name("y", k), 0, 0, "solid"));
            if (knob.Default is { } usual)
                panels.Shape(Line(Panels.Name("x", k), usual, usual, Panels.Name("y", k) + " domain", 0, 1));
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
        var at = places.Select(place => knob.Logarithmic ? Math.Log(place) : place).ToArray();
        var span = at[^1] - at[0];
        var kept = new List<int>();
        for (var i = 0; i < places.Length; i++)
        {
            // The value used elsewhere keeps its label: a neighbour that would touch it goes.
            if (knob.Default is { } usual && places[i] != usual
                && Math.Abs(at[i] - (knob.Logarithmic ? Math.Log(usual) : usual)) / span * pixels < 30) continue;
            if (kept.Count == 0 || (at[i] - at[kept[^1]]) / span * pixels >= 30) kept.Add(i);
        }
        return [.. kept.Select(i => places[i])];
    }
}
