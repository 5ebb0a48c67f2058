using W2S.Experiments;
using W2S.Losses.Distillation;
using W2S.Losses.WeakToStrong;
using W2S.Runs;

namespace W2S.Tests.Experiments.Transfer;

/// <summary>What the committed transfer runs say follows from the predictions committed with them, and they are runs of
/// the plan that the notebook shows.</summary>
public sealed class CommittedTransferTests
{
    private static readonly IReadOnlyList<RunResult> Runs = CommittedPredictions.In("03-transfer");

    private static RunResult[] Kept(string kind) => [.. Runs.Where(run => run.Kind == kind)];

    [Fact]
    public void EveryNumberFollowsFromThePredictionsOfThreeSeeds()
    {
        Assert.All(Kept("network"), run =>
        {
            Assert.Equal((1_000, 200), (run.Predictions("test").Count, run.Predictions("validation").Count));
            CommittedPredictions.AreThoseOf(run, CommittedPredictions.Recompute(run, Runs));
        });
        Assert.All(Kept("network").GroupBy(run => (run.Setting, run.Name)),
            own => Assert.Equal([0L, 1, 2], own.Select(run => run.Seed).Order()));
    }

    [Fact]
    public void EveryProbesAccuracyFollowsFromItsPredictionsOfTenSplits()
    {
        Assert.All(Kept("probe"), run =>
        {
            var said = run.Predictions("test");
            Assert.Equal(1_000, said.Count);
            Assert.Equal(said.Correct.Count(right => right) / 1_000.0, run["test accuracy"], 6);
        });
        Assert.All(Kept("probe").GroupBy(run => (run.Setting, run.Name)),
            own => Assert.Equal(Enumerable.Range(0, 10).Select(split => (long)split),
                own.Select(run => run.Seed).Distinct().Order()));
    }

    [Fact]
    public void TheyAreThoseOfThePlan()
    {
        var plan = new TransferPlan();
        foreach (var depth in Enum.GetValues<TrainedDepth>())
        {
            TrainNetwork[] planned = [plan.TeacherRun(1), plan.Alone(1, depth, ceiling: false),
                plan.Alone(1, depth, ceiling: true), plan.Taught(new Kd(), 1, depth),
                plan.Taught(new AdaptConf(), 1, depth)];
            Assert.All(planned, run => Assert.Contains(Runs, made => made.Hash == run.Hash && made.Name == run.Name));
        }
        Assert.Contains(Runs, run => run.Hash == plan.Taught(new Kd(), 1, TrainedDepth.Full, labels: true).Hash);
        Assert.Contains("no public network",
            Assert.Throws<ArgumentException>(() => new PublicNetwork("resnet20")).Message,
            StringComparison.Ordinal);
    }
}
