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
    private static readonly RunResult[] Runs =
        [.. CommittedPredictions.In("01-knowledge-distillation"), .. CommittedPredictions.In("01-trained")];

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
    public void WhatIsCommittedOfTheTrainedPlanIsWhole()
    {
        Assert.Equal(Trained.Order(), CommittedPredictions.In("01-trained").Select(run => run.Hash).Order());
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

    private static IReadOnlySet<string> Trained { get; } = Committed().Select(run => run.Hash).ToHashSet();

    // Ten seeds of a teacher and of students with labels, five of students of the teacher alone, and four of a teacher
    // that stopped after two epochs.
    private static IEnumerable<TrainNetwork> Committed()
    {
        DistillationLoss[] methods = [new Kd(), new AugConf(), new AdaptConf()];
        var (plan, hopeless) = (DistillationPlan.Trained, DistillationPlan.Trained with { TeacherEpochs = 2 });
        var poor = from seed in Enumerable.Range(0, 4)
                   from loss in new[] { methods[0], methods[2] }
                   select hopeless.WithLabels(loss, seed) with { Variant = "teacher of 2 epochs" };
        return plan.Runs(methods, [], seeds: 10).Concat(plan.Runs(methods, methods, seeds: 5)).Concat(poor)
            .Concat(Enumerable.Range(0, 4).Select(seed => hopeless.TeacherRun(seed)));
    }
}
