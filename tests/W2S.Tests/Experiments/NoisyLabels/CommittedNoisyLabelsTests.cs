using W2S.Data;
using W2S.Data.Noise;
using W2S.Data.Sources;
using W2S.Experiments;
using W2S.Losses.WeakToStrong;
using W2S.Runs;
using W2S.Training;

namespace W2S.Tests.Experiments.NoisyLabels;

/// <summary>What the committed runs of page 04 say follows from the predictions committed with them.</summary>
public sealed class CommittedNoisyLabelsTests
{
    private static readonly IReadOnlyList<RunResult> Runs = CommittedPredictions.In("04-noisy-labels");

    [Fact]
    public void AccuraciesUnderTheClaimsFollowFromPredictionsOfFiveSplits()
    {
        var kept = Runs.Where(run => run.Outcome.Predictions.Count > 0).ToArray();
        Assert.Equal(["AdaptConf + labels", "AdaptConf, teacher only", "AugConf, teacher only", "Ceiling",
            "Confirmed labels", "Strong alone"], kept.Select(run => run.Name).Distinct().Order());
        Assert.All(kept, run =>
        {
            var said = run.Predictions("test");
            Assert.Equal(2_000, said.Count);
            Assert.Equal(said.Accuracy, run["test accuracy"], 6);
        });
        var settings = kept.GroupBy(run => (run.Facets.Noise, run.Name)).ToArray();
        Assert.Equal(5 * 4 + 2, settings.Length);
        Assert.All(settings,
            own => Assert.Equal([0L, 1, 2, 3, 4], own.Select(run => run.Seed).Order()));
        Assert.All(kept.GroupBy(run => (run.Facets.Noise, run.Seed)), split => Assert.All(split,
            run => Assert.Equal(split.First().Predictions("test").Labels, run.Predictions("test").Labels)));
    }

    [Fact]
    public void TheyAreThoseOfThePage()
    {
        var study = new TrainProbe
        {
            Data = new()
            {
                Pool = new Cifar100Source(DataSplit.Test),
                Labelled = 8_000,
                Test = 2_000,
                Noise = new(NoiseKind.Asymmetric, .4),
            },
            Weak = new PublicNetwork("cifar100_resnet20"),
            Strong = new PublicNetwork("cifar100_resnet56"),
            Method = ProbeMethod.StrongAlone,
            Probe = new LinearProbeOptions { Steps = 600 },
            Seed = 4,
        };
        ProbeMethod[] methods = [.. ProbeMethod.Ends, new(new AdaptConf()), ProbeMethod.TeacherOnly(new AugConf())];
        Assert.All(methods, method =>
            Assert.Contains(Runs, run => run.Hash == (study with { Method = method }).Hash));
    }
}
