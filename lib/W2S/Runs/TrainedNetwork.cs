using W2S.Analysis;
using W2S.Data;
using W2S.Models;
using W2S.Models.Weights;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Runs;

/// <summary>What a run that trains a whole network keeps, and how it is judged.</summary>
internal static class TrainedNetwork
{
    /// <summary>The file of its weights.</summary>
    public const string Weights = "weights.safetensors";

    private const string Logits = "logits.safetensors";

    /// <summary>What a finished run says of the test images.</summary>
    /// <returns>[N, C], owned by the current dispose scope.</returns>
    public static Tensor TestLogits(RunResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return SafeTensorsFile.Read(result.File(Logits))["test"];
    }

    /// <summary>Keeps weights and logits and measures: accuracies, NLL, and beside a teacher agreement, misfit and
    /// gain.</summary>
    /// <param name="context">The run.</param>
    /// <param name="network">The network after its training.</param>
    /// <param name="validation">The images that chose the epoch; null for none.</param>
    /// <param name="test">The images to judge on.</param>
    /// <param name="teacher">The teacher's run; null for none.</param>
    public static (Dictionary<string, double> Values, Dictionary<string, SamplePredictions> Predictions) Judge(
        RunContext context, ImageModel network, ImageSet? validation, ImageSet test, RunResult? teacher)
    {
        using var scope = NewDisposeScope();
        var logits = new Dictionary<string, Tensor>();
        var predictions = new Dictionary<string, SamplePredictions>();
        foreach (var (set, part) in new[] { ("validation", validation), ("test", test) })
        {
            if (part is null) continue;
            var seen = FeatureExtractor.Compute(network, part, token: context.Token);
            logits[set] = seen.Logits.cpu();
            predictions[set] = SamplePredictions.Of(logits[set], tensor(part.Labels.ToArray()));
            seen.Features.Dispose();
        }
        SafeTensorsFile.Write(Path.Combine(context.Kept, Logits), logits);
        SafeTensorsFile.Write(Path.Combine(context.Kept, Weights), network.state_dict());
        var values = new Dictionary<string, double>
        {
            ["test accuracy"] = predictions["test"].Accuracy,
            ["test NLL"] = predictions["test"].MeanNll,
        };
        if (validation is not null) values["validation accuracy"] = predictions["validation"].Accuracy;
        if (teacher is not null)
        {
            var misfit = Misfit.Of(logits["test"], TestLogits(teacher), tensor(test.Labels.ToArray()));
            values["test agreement"] = predictions["test"].Agreement(teacher.Predictions("test"));
            (values["misfit forward"], values["misfit reverse"],
                values["NLL gain"]) = (misfit.Forward, misfit.Reverse, misfit.Gain);
        }
        return (values, predictions);
    }
}
