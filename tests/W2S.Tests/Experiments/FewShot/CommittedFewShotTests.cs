using W2S.Experiments.FewShot;
using W2S.Runs;

namespace W2S.Tests.Experiments.FewShot;

/// <summary>What page 02 says of the trained networks follows from the accuracy of every task that is committed with
/// them.</summary>
public sealed class CommittedFewShotTests
{
    private const int Tasks = 600;
    private static readonly IReadOnlyList<RunResult> Runs = CommittedPredictions.In("02-trained");

    public static TheoryData<string> Hashes => [.. Runs.Select(run => run.Hash)];

    [Fact]
    public void WhatIsCommittedIsTheTrainedPlan()
    {
        FewShotStudy plan = FewShotStudy.Trained;
        Assert.Equal(plan.ClassifierRuns.Concat(plan.MetaRuns).Select(run => run.Hash).Order(),
            Runs.Select(run => run.Hash).Order());
    }

    [Theory]
    [MemberData(nameof(Hashes))]
    public void EveryAccuracyAndItsIntervalFollowFromTheTasks(string hash)
    {
        var run = Runs.Single(run => run.Hash == hash);
        foreach (var shots in (string[])["1-shot", "5-shot"])
        {
            var right = run.Outcome.Tasks[shots].Select(accuracy => (double)accuracy).ToArray();
            Assert.Equal(Tasks, right.Length);
            Assert.All(right, accuracy => Assert.Equal(Math.Round(75 * accuracy), 75 * accuracy, 1e-4));
            var mean = right.Sum() / Tasks;
            var error = Math.Sqrt(right.Sum(accuracy => (accuracy - mean) * (accuracy - mean)) / (Tasks - 1) / Tasks);
            // Student's t with 599 degrees of freedom, 97.5 %
            Assert.Equal(mean, run[shots], 1e-6);
            Assert.Equal(mean - (1.963938 * error), run[$"{shots} low"], 1e-6);
            Assert.Equal(mean + (1.963938 * error), run[$"{shots} high"], 1e-6);
        }
        Assert.Equal(run["5-shot"], run["test accuracy"]);
    }

    [Theory]
    [MemberData(nameof(Hashes))]
    public void TheEpochIsThatOfTheBestValidation(string hash)
    {
        var run = Runs.Single(run => run.Hash == hash);
        var name = run.Kind == "few-shot-meta" ? "validation 1-shot" : "validation 5-shot";
        var judged = run.Outcome.History.Where(point => point.Values.ContainsKey(name)).ToArray();
        Assert.Equal(judged.MaxBy(point => point.Values[name])!.Epoch, run["best epoch"]);
        Assert.Equal(judged.Max(point => point.Values[name]), run[name], 1e-6);
    }
}
