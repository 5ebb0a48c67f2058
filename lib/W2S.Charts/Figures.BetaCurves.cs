using Plotly.NET;
using W2S.Losses.WeakToStrong;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

public static partial class Figures
{
    /// <summary>AdaptConf's β against the student's confidence where it disagrees with its teacher: a panel for each
    /// p_w, a curve for each T.</summary>
    /// <remarks>The closed form of <see cref="AdaptConf.Beta"/>; p_w ≤ p_max ≤ 1 − p_w, because both are
    /// probabilities of different classes.</remarks>
    /// <param name="temperatures">The T, each above 0; 0.25, 0.5, 1, 4 where null.</param>
    /// <param name="teacherClass">The student's probabilities p_w of the teacher's class, each in (0, ½); 0.01, 0.1 and
    /// 0.3 where null.</param>
    /// <param name="title">The claim or quantity.</param>
    /// <returns>The chart.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A temperature or probability is outside its range.</exception>
    public static GenericChart BetaCurves(
        IReadOnlyList<double>? temperatures = null, IReadOnlyList<double>? teacherClass = null,
        string title = "The surer the student disagrees, the less AdaptConf trusts it")
    {
        temperatures ??= [.25, .5, 1, 4];
        teacherClass ??= [.01, .1, .3];
        Require(temperatures, nameof(temperatures));
        Require(teacherClass, nameof(teacherClass));
        foreach (var p in teacherClass)
        {
            if (p is not (> 0 and < .5))
                throw new ArgumentOutOfRangeException(nameof(teacherClass), p,
                    FormattableString.Invariant($"p_w {p} is outside 0 to ½"));
        }
        var colours = Palette.Ordered(temperatures.Count);
        var figure = new FigureBuilder(title)
        {
            Caption = "β = p<sub>w</sub><sup>1/T</sup> / (p<sub>w</sub><sup>1/T</sup> + "
                + "p<sub>max</sub><sup>1/T</sup>): ½ where student and teacher agree, towards 0 where the student is "
                    + "sure of another class.",
            Top = 22,
        };
        var panels = new Panels(figure, teacherClass.Count, 1) { XTitle = Measure.Confidence.Title };
        for (var k = 0; k < teacherClass.Count; k++)
        {
            var p = teacherClass[k];
            var confidences = Enumerable.Range(0, 41).Select(i => p + (1 - 2 * p) * i / 40).ToArray();
            for (var t = 0; t < temperatures.Count; t++)
            {
                var temperature = temperatures[t];
                figure.Add("scatter",
                    ("name", FormattableString.Invariant($"T = {temperature}")),
                    ("meta", Told(FormattableString.Invariant($"p_w = {p}, T = {temperature}"))),
                    ("legendgroup",
                        FormattableString.Invariant($"{temperature}")), ("showlegend", k == 0), ("mode", "lines"),
                        ("xaxis", Panels.Name("x", k)), ("yaxis", Panels.Name("y", k)), ("x", Numbers(confidences)),
                    ("y", Numbers(confidences.Select(c => AdaptConf.Beta(c, p, temperature)))),
                    ("line", Obj(("color", colours[t]), ("width", 2.2), ("dash", LineDashes[t % LineDashes.Length]))));
            }
            panels.Add(FormattableString.Invariant($"p<sub>w</sub> = {p}"),
                Axis(null, ("range", new[] { 0, 1.0 }), ("dtick", .25)),
                Axis(k == 0 ? "β" : null, ("range", new[] { -.015, .53 }), ("dtick", .1)));
        }
        return panels.Build();
    }

    private static readonly string[] LineDashes = ["solid", "dash", "dot", "dashdot", "longdash"];
}
