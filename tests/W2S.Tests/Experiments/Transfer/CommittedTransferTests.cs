using W2S.Experiments;
using W2S.Losses.Distillation;
using W2S.Losses.WeakToStrong;
using W2S.Runs;

namespace W2S.Tests.Experiments.Transfer;

/// <summary>What the committed transfer runs say follows from the predictions committed with them, and they are runs of
/// the plan that the notebook shows.</summary>
public sealed class CommittedTransferTests
{
    private static readonly IReadOnlyList<RunResult> Probes =
        [.. CommittedPredictions.In("03-transfer").Where(run => run.Kind == "probe")];
    private static readonly IReadOnlyList<RunResult> Trained = CommittedPredictions.In("03-trained");

    [Fact]
    public void EveryNumberFollowsFromThePredictionsOfFiveSeeds()
    {
        Assert.All(Trained, run =>
        {
            Assert.Equal((1_000, 200), (run.Predictions("test").Count, run.Predictions("validation").Count));
            CommittedPredictions.AreThoseOf(run, CommittedPredictions.Recompute(run, Trained));
        });
        Assert.All(Trained.GroupBy(run => (run.Setting, run.Name)),
            own => Assert.Equal([0L, 1, 2, 3, 4], own.Select(run => run.Seed).Order()));
    }

    [Fact]
    public void EveryProbesAccuracyFollowsFromItsPredictionsOfTenSplits()
    {
        Assert.All(Probes, run =>
        {
            var said = run.Predictions("test");
            Assert.Equal(1_000, said.Count);
            Assert.Equal(said.Correct.Count(right => right) / 1_000.0, run["test accuracy"], 6);
        });
        Assert.All(Probes.GroupBy(run => (run.Setting, run.Name)),
            own => Assert.Equal(Enumerable.Range(0, 10).Select(split => (long)split),
                own.Select(run => run.Seed).Distinct().Order()));
    }

    [Fact]
    public void TheyAreThoseOfThePlan()
    {
        var plan = TransferPlan.Trained;
        var adaptConf = new AdaptConf { BetaTemperature = .5 };
        foreach (var depth in Enum.GetValues<TrainedDepth>())
        {
            TrainNetwork[] planned = [plan.TeacherRun(1), plan.Alone(1, depth, ceiling: false),
                plan.Alone(1, depth, ceiling: true), plan.Taught(new Kd(), 1, depth), plan.Taught(adaptConf, 1, depth)];
            Assert.All(planned,
                run => Assert.Contains(Trained, made => made.Hash == run.Hash && made.Name == run.Name));
        }
        Assert.Contains(Trained, run => run.Hash == plan.Taught(new Kd(), 1, labels: true).Hash);
        Assert.Contains("no public network",
            Assert.Throws<ArgumentException>(() => new PublicNetwork("resnet20")).Message,
            StringComparison.Ordinal);
    }
}
