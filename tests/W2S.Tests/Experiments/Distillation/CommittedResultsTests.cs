using System.Text.Json.Nodes;
using W2S.Data;
using W2S.Experiments;

namespace W2S.Tests.Experiments.Distillation;

/// <summary>What the committed results say follows from the predictions committed with them, and they are runs of the plan that the notebook shows.</summary>
public sealed class CommittedResultsTests
{
    private static readonly RunResult[] Runs = [.. RunFile.Read(Path.Combine(DataFolder.Repository!, "notebooks", "results", "01-knowledge-distillation.json"))];

    public static TheoryData<string> Hashes => [.. Runs.Select(run => run.Hash)];

    [Theory]
    [MemberData(nameof(Hashes))]
    public void EveryFinalNumberFollowsFromThePredictions(string of)
    {
        var run = Runs.Single(run => run.Hash == of);
        var (test, validation) = (run.Predictions("test"), run.Predictions("validation"));
        var expected = new Dictionary<string, double>
        {
            ["test accuracy"] = test.Classes.Zip(test.Labels).Count(pair => pair.First == pair.Second) / 1000.0,
            ["test NLL"] = test.Nll.Sum(nll => (double)nll) / 1000,
            ["validation accuracy"] = validation.Classes.Zip(validation.Labels).Count(pair => pair.First == pair.Second) / 500.0,
            ["best epoch"] = run.Outcome.History.MaxBy(point => point.Values["validation accuracy"])!.Epoch,
        };
        if (run.Record["Teacher"] is JsonObject taughtBy)
        {
            var hash = Experiment.HashOf(new JsonObject([new("kind", "distillation"), .. taughtBy.Select(pair => new KeyValuePair<string, JsonNode?>(pair.Key, pair.Value?.DeepClone()))]));
            var teacher = Runs.Single(other => other.Hash == hash).Predictions("test");
            expected["test agreement"] = test.Classes.Zip(teacher.Classes).Count(pair => pair.First == pair.Second) / 1000.0;
            expected["NLL gain"] = (teacher.Nll.Sum(nll => (double)nll) - test.Nll.Sum(nll => (double)nll)) / 1000;
        }

        Assert.Equal((1000, 500), (test.Count, validation.Count));
        Assert.Equal(expected.Keys.Order(), run.Outcome.Values.Keys.Where(name => !name.StartsWith("misfit", StringComparison.Ordinal)).Order());
        // Predictions are kept in half precision: a mean of 1,000 of them is good to about 1e-4.
        Assert.All(expected, pair => Assert.Equal(pair.Value, run[pair.Key], pair.Key == "NLL gain" ? 5e-4 : 2e-6));
    }

    [Fact]
    public void TheyAreThreeSeedsOfTheSmallPlan()
    {
        var plan = DistillationPlan.Small;
        foreach (var seed in Enumerable.Range(0, 3))
        {
            Assert.Contains(Runs, run => run.Hash == plan.TeacherRun(seed).Hash);
            Assert.Contains(Runs, run => run.Hash == plan.Scratch(seed).Hash);
            Assert.Contains(Runs, run => run.Hash == plan.TeacherOnly(new W2S.Losses.AdaptConf(), seed).Hash);
        }
    }
}
