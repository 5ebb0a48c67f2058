using W2S.Data;
using W2S.Experiments;

namespace W2S.Tests.Experiments.Transfer;

/// <summary>What the committed transfer runs say follows from the predictions committed with them.</summary>
public sealed class CommittedTransferTests
{
    private static readonly RunResult[] Runs = [.. RunFile.Read(Path.Combine(DataFolder.Repository!, "notebooks", "results", "03-transfer.json"))];

    [Fact]
    public void EveryAccuracyFollowsFromThePredictionsOfThreeSeeds()
    {
        Assert.All(Runs, run =>
        {
            var said = run.Predictions("test");
            Assert.Equal(1_000, said.Count);
            Assert.Equal(said.Classes.Zip(said.Labels).Count(pair => pair.First == pair.Second) / 1000.0, run["test accuracy"], 2e-6);
            Assert.Equal(said.Nll.Sum(nll => (double)nll) / 1000, run["test NLL"], 2e-6);
        });
        Assert.All(Runs.GroupBy(run => (run.Setting, run.Name)), own => Assert.Equal([0L, 1, 2], own.Select(run => run.Seed).Order()));
    }
}
