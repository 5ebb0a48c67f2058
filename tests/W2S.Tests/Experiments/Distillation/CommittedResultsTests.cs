using W2S.Data;
using W2S.Experiments;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.WeakToStrong;
using W2S.Runs;

namespace W2S.Tests.Experiments.Distillation;

/// <summary>What the committed results say follows from the predictions committed with them, and they are runs of the
/// plan that the notebook shows.</summary>
public sealed class CommittedResultsTests
{
    private static readonly RunResult[] Runs = [.. In("01-knowledge-distillation"), .. In("01-trained")];

    public static TheoryData<string> Hashes => [.. Runs.Select(run => run.Hash)];

    [Theory]
    [MemberData(nameof(Hashes))]
    public void EveryFinalNumberFollowsFromThePredictions(string hash)
    {
        var run = Runs.Single(run => run.Hash == hash);
        var expected = CommittedPredictions.Recompute(run, Runs);
        expected["best epoch"] = run.Outcome.History.MaxBy(point => point.Values["validation accuracy"])!.Epoch;

        var trained = Trained.Contains(run.Hash);
        Assert.Equal((trained ? 2500 : 1000, 500),
            (run.Predictions("test").Count, run.Predictions("validation").Count));
        CommittedPredictions.AreThoseOf(run, expected);
    }

    [Fact]
    public void FiveSeedsOfTheTrainedPlanAreWhole()
    {
        Assert.Equal(Trained.Order(), In("01-trained").Select(run => run.Hash).Order());
    }

    [Fact]
    public void TheyAreThreeSeedsOfTheSmallPlan()
    {
        var plan = DistillationPlan.Small;
        foreach (var seed in Enumerable.Range(0, 3))
        {
            Assert.Contains(Runs, run => run.Hash == plan.TeacherRun(seed).Hash);
            Assert.Contains(Runs, run => run.Hash == plan.Alone(seed).Hash);
            Assert.Contains(Runs, run => run.Hash == plan.TeacherOnly(new AdaptConf(), seed).Hash);
        }
    }

    private static IReadOnlyList<RunResult> In(string file) =>
        RunFile.Read(Path.Combine(DataFolder.Repository!, "notebooks", "results", file + ".json"));

    private static IReadOnlySet<string> Trained { get; } = DistillationPlan.Trained.Runs(
        [new Kd(), new AugConf(), new AdaptConf()], [new Kd(), new AugConf(), new AdaptConf()], seeds: 5)
        .Select(run => run.Hash).ToHashSet();
}
