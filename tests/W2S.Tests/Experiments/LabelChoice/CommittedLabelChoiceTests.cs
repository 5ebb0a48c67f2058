using W2S.Data.Noise;
using W2S.Experiments.LabelChoice;
using W2S.Runs;

namespace W2S.Tests.Experiments.LabelChoice;

/// <summary>What the committed runs of page 05 say follows from the predictions committed with them.</summary>
public sealed class CommittedLabelChoiceTests
{
    private static readonly IReadOnlyList<RunResult> Runs = CommittedPredictions.In("05-which-label");

    [Fact]
    public void AccuraciesUnderTheClaimsFollowFromPredictionsOfTenSplits()
    {
        var given = Runs.Where(run => run.Kind == "given-labels").ToArray();
        string[] claims = ["Strong alone", "Ceiling", "Label or word, by P(right)"];
        Assert.All(given, run => Assert.All(claims, method => Assert.Equal(run.Predictions(method).Accuracy,
            run.Outcome.Arms.Single(arm => arm.Facets.Method == method).Values["test accuracy"], 12)));
        Assert.All(given.GroupBy(run => (run.Facets.Data, run.Facets.Noise)),
            own => Assert.Equal(Enumerable.Range(0, 10).Select(split => (long)split),
                own.Select(run => run.Seed).Order()));
        var picked = Runs.Where(run => run.Kind == "label-choice" && run.Outcome.Predictions.Count > 0).ToArray();
        Assert.Equal(6 * 2 * 10, picked.Length);
        Assert.All(picked, run => Assert.Equal(run.Predictions("test").Accuracy, run["test accuracy"], 12));
    }

    [Fact]
    public void TheyAreThoseOfThePage()
    {
        foreach (var noise in new NoiseSetting[] { new(NoiseKind.Symmetric, .5), new(NoiseKind.Asymmetric, .4) })
        {
            foreach (var study in new[] { GivenLabels.EuroSat(noise), GivenLabels.Cifar100(noise) })
                Assert.Contains(Runs, run => run.Hash == (study with { Seed = 9 }).Hash);
        }
        Assert.All(LabelRule.Picks.Concat(LabelRule.Ends), rule => Assert.Contains(Runs,
            run => run.Hash == new ChoiceRun { Task = ChoiceTask.EuroSat, Rule = rule, Seed = 9 }.Hash));
    }
}
