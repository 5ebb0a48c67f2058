using Plotly.NET;
using W2S.Analysis;
using W2S.Charts;
using W2S.Runs;
using static W2S.Tests.Runs.DrawnRuns;

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
                [.. Of(Role.Ceiling, .8, .81), .. Of(Role.WeakTeacher, .5, .51),
                .. Of(Facets(Role.Student, by: SupervisionKind.Teacher), 0, .6, .61)]),
            ["methods"] = () =>
                Figures.Methods("Methods",
                    [.. Of(Facets(Role.Student, "AdaptConf", noise: "A"), 0, .59, .6, .62),
                    .. Of(Facets(Role.Student, noise: "A"), 0, .49, .5, .52),
                    .. Of(Facets(Role.Student, noise: "B"), 0, .54, .55, .57)]),
            ["paired gains"] = () => Figures.PairedGains("Gains",
                RunSet.Create([.. Of(Role.StrongAlone, .6, .6, .6), .. Of("AdaptConf", .61, .63, .62)])
                    .Compare(Role.StrongAlone)),
            ["beta slider"] = () => Figures.BetaSlider([0, 0, .4, 3]),
            ["histogram"] = () =>
                Figures.Histogram("Histogram", [("KD", [.1, .2, .9]), ("other", [.5])], Measure.Beta, 4, (0, 1)),
            ["cells"] = () => Figures.CorrectnessCells("Cells",
                [Said(Facets(Role.WeakTeacher), 0, 1, 1, 0), Said(Facets(Role.Student), 0, 1, 0, 1)]),
            ["beta by cell"] = () =>
                Figures.BetaByCell("β", [.5, .1, .2],
                    [CorrectnessCell.BothRight, CorrectnessCell.OnlyStudentRight, CorrectnessCell.BothWrong]),
            ["beta over time"] = () => Figures.BetaOverTime("β", Epochs, [[.5, .1], [.5, .2], [.5, .5]]),
            ["misfit and gain"] = () =>
                Figures.MisfitGain("Misfit",
                    [Misfit("KD", .2, .15), Misfit("AdaptConf", .3, -.05)]),
            ["sensitivity"] = () =>
                Figures.Sensitivity("Knobs",
                    [new("T", [Curve("AdaptConf", .6)], true, 1), new("α", [Curve("AugConf", .6)])]),
            ["noise maps"] = () =>
                Figures.NoiseMaps("Noise",
                    [("symmetric", NoiseMap.Of([0, 1, 1], [0, 1, 0], 2)), ("clean", NoiseMap.Of([0, 1], [0, 1], 2))]),
            ["published"] = () =>
                Figures.Published("Published",
                    [new("A → B", "KD", .7381, "C", new Estimate(.73, .01, .72, .74, 3)),
                    new("A → B", "AdaptConf", .75, "F", Statistics.OverSamples([.74]))], "fewer epochs"),
        };

    public static TheoryData<string> Names => [.. All.Keys];

    private static Curve Curve(string name, double top) => new(name, Epochs,
        [.. new[] { (-.1, -.12), (0, -.01), (0, .01) }.Select(
            two => Statistics.OverSamples([top + two.Item1, top + two.Item2]))]);

    private static RunResult Misfit(string loss, double misfit, double gain) =>
        Run(Facets(Role.Student, loss), 0, .5) with
        {
            Outcome = new RunOutcome
            { Values = new Dictionary<string, double> { ["misfit reverse"] = misfit, ["NLL gain"] = gain } },
        };

    private static RunResult Said(RunFacets facets, params int[] classes) => Run(facets, 0, .5) with
    {
        Outcome = new RunOutcome
        {
            Values = new Dictionary<string, double>(),
            Predictions = new Dictionary<string, SamplePredictions>
            { ["test"] = new([0, 1, 0, 1], classes, [.9f, .8f, .7f, .6f], [.1f, .2f, 1, 1]) },
        },
    };
}
