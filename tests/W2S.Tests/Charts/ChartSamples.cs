using Plotly.NET;
using W2S.Analysis;
using W2S.Charts;

namespace W2S.Tests.Charts;

/// <summary>One small chart of every builder.</summary>
internal static class ChartSamples
{
    private static readonly double[] Epochs = [1, 2, 3];

    public static IReadOnlyDictionary<string, Func<GenericChart>> All { get; } =
        new Dictionary<string, Func<GenericChart>>
        {
            ["learning curves"] = () =>
                Figures.LearningCurves("Curves", [Curve("AdaptConf", .6), Curve("KD", .5)],
                    references: [("ceiling", .8)]),
            ["gap bars"] = () => Figures.GapBars("Bars",
                [Result("ceiling", .8), Result("weak teacher", .5),
                Result("soft", .6)], gap: GapRecovered.Over([.5, .51], [.6, .6], [.8, .8])),
            ["methods"] = () =>
                Figures.Methods("Methods",
                    [Result("AdaptConf", .6, "A"), Result("KD", .5, "A"), Result("KD", .55, "B")]),
            ["paired gains"] = () =>
                Figures.PairedGains("Gains", [MethodResult.Gain("AdaptConf", [.61, .63, .62], [.6, .6, .6])]),
            ["beta curves"] = () => Figures.BetaCurves(),
            ["histogram"] = () =>
                Figures.Histogram("Histogram", [("KD", [.1, .2, .9]), ("other", [.5])], Measure.Confidence, 4, (0, 1)),
            ["cells"] = () => Figures.CorrectnessCells("Cells", [("KD", new CorrectnessCells(50, 20, 10, 20))]),
            ["beta by cell"] = () =>
                Figures.BetaByCell("β", [.5, .1, .2],
                    [CorrectnessCell.BothRight, CorrectnessCell.OnlyStudentRight, CorrectnessCell.BothWrong]),
            ["beta over time"] = () => Figures.BetaOverTime("β", Epochs, [[.5, .1], [.5, .2], [.5, .5]], 5),
            ["reliability"] = () =>
                Figures.Reliability("Reliability",
                    [("KD", Calibration.EqualWidthBins([.5, .9, .8], [true, true, false], 5))]),
            ["misfit and gain"] = () =>
                Figures.MisfitGain("Misfit",
                    [("KD", new Misfit(.1, .2, .15)), ("AdaptConf", new Misfit(.2, .3, -.05))]),
            ["sensitivity"] = () =>
                Figures.Sensitivity("Knobs",
                    [new("T", [Curve("AdaptConf", .6)], true, 1), new("α", [Curve("AugConf", .6)])]),
            ["noise maps"] = () =>
                Figures.NoiseMaps("Noise",
                    [("symmetric", NoiseMap.Of([0, 1, 1], [0, 1, 0], 2)), ("clean", NoiseMap.Of([0, 1], [0, 1], 2))]),
            ["published"] = () =>
                Figures.Published("Published",
                    [new("A → B", "KD", .7381, "C", new Estimate(.73, .01, .72, .74, 3)),
                    new("A → B", "AdaptConf", null, "", null)], "fewer epochs"),
        };

    public static TheoryData<string> Names => [.. All.Keys];

    private static Curve Curve(string name, double top) =>
        W2S.Charts.Curve.Over(name, Epochs, [[top - .1, top, top], [top - .12, top - .01, top + .01]]);

    private static MethodResult Result(string method, double mean, string setting = "") =>
        MethodResult.Over(method, [mean - .01, mean, mean + .02], setting);
}
