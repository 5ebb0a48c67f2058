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
        var trained = Trained.Contains(run.Hash);
        Assert.Equal((trained ? 2500 : 1000, 500),
            (run.Predictions("test").Count, run.Predictions("validation").Count));
        CommittedPredictions.AreThoseOf(run, CommittedPredictions.Recompute(run, Runs));
    }

    [Fact]
    public void WhatIsCommittedOfTheTrainedPlanIsWhole() =>
        Assert.Equal(Trained.Order(), CommittedPredictions.In("01-trained").Select(run => run.Hash).Order());

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

    // Ten seeds of a teacher and of students with labels; five of students of the teacher alone, of three controls of β
    // and of five other losses, of a ladder of teachers (two epochs, ten, and the student's own network), and of a
    // student of another family. FitNet's run of seed 2 left the finite numbers.
    private static IEnumerable<TrainNetwork> Committed()
    {
        DistillationLoss[] methods = [new Kd(), new AugConf(), new AdaptConf()];
        Loss[] more =
        [
            new AdaptConf { Rule = BetaRule.Fixed, FixedBeta = .25 }, new AdaptConf { Rule = BetaRule.Swapped },
            new AdaptConf { Rule = BetaRule.Gated }, new FitNet(), new Rkd(), new Dkd(),
            new CrossEntropy { Smoothing = .1 }, new VirtualTeacher(),
        ];
        var plan = DistillationPlan.Trained;
        var (two, ten) = (plan with { TeacherEpochs = 2 }, plan with { TeacherEpochs = 10 });
        return
        [
            .. plan.Runs(methods, [], seeds: 10), .. plan.Runs(methods, methods, seeds: 5),
            .. Enumerable.Range(0, 5).SelectMany(seed => (IEnumerable<TrainNetwork>)
            [
                two.TeacherRun(seed), ten.TeacherRun(seed),
                .. more.Where(loss => (loss, seed) is not (FitNet, 2)).Select(loss => plan.WithLabels(loss, seed)),
                .. Rung("teacher of 2 epochs", two.TeacherRun(seed), seed),
                .. Rung("teacher of 10 epochs", ten.TeacherRun(seed), seed),
                .. Rung("born again", plan.Alone((seed + 1) % 5), seed),
            ]),
            .. (plan with { Student = "vgg8" }).Runs(methods, [], seeds: 5),
        ];

        IEnumerable<TrainNetwork> Rung(string name, TrainNetwork teacher, long seed) =>
            methods.Select(loss => plan.WithLabels(loss, seed) with { Teacher = teacher, Variant = name });
    }
}
