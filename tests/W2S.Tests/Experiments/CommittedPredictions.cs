using System.Text.Json.Nodes;
using W2S.Data;
using W2S.Runs;

namespace W2S.Tests.Experiments;

/// <summary>What a committed run's numbers must be, from the predictions committed with it and with its
/// teacher.</summary>
internal static class CommittedPredictions
{
    /// <summary>The runs of one file of <c>notebooks/results</c>.</summary>
    /// <param name="file">Its name without the ending.</param>
    public static IReadOnlyList<RunResult> In(string file) =>
        RunFile.Read(Path.Combine(DataFolder.Repository!, "notebooks", "results", file + ".json"));

    public static Dictionary<string, double> Recompute(RunResult run, IReadOnlyList<RunResult> all)
    {
        var (test, validation) = (run.Predictions("test"), run.Predictions("validation"));
        var numbers =
            new Dictionary<string, double>
            {
                ["test accuracy"] = Right(test),
                ["test NLL"] = Nll(test),
                ["validation accuracy"] = Right(validation),
                ["best epoch"] = run.Outcome.History.MaxBy(point => point.Values["validation accuracy"])!.Epoch,
            };
        if (run.Record["Teacher"] is not JsonObject taughtBy) return numbers;
        var teacher = all.Single(other => JsonNode.DeepEquals(Inner(other.Record), taughtBy)).Predictions("test");
        numbers["test agreement"] = test.Classes.Zip(teacher.Classes).Count(pair => pair.First == pair.Second)
            / (double)test.Count;
        numbers["NLL gain"] = Nll(teacher) - Nll(test);
        return numbers;

        // As it stands in another record, which says kind and code once for both.
        static JsonObject Inner(JsonObject record) => new(record.Where(pair => pair.Key is not ("kind" or "code"))
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));

        static double Right(SamplePredictions said) =>
            said.Classes.Zip(said.Labels).Count(pair => pair.First == pair.Second) / (double)said.Count;
        static double Nll(SamplePredictions said) => said.Nll.Sum(nll => (double)nll) / said.Count;
    }

    /// <summary>The run has these numbers and no other but its misfit, which needs the logits.</summary>
    public static void AreThoseOf(RunResult run, Dictionary<string, double> expected)
    {
        string[] misfit = run.Record["Teacher"] is null ? [] : ["misfit forward", "misfit reverse"];
        Assert.Equal(expected.Keys.Concat(misfit).Order(), run.Outcome.Values.Keys.Order());
        // Predictions are kept in half precision: a mean of 1,000 of them is good to about 1e-4.
        Assert.All(expected, pair => Assert.Equal(pair.Value, run[pair.Key], pair.Key == "NLL gain" ? 5e-4 : 2e-6));
    }
}
