using System.Globalization;
using TorchSharp;
using W2S.Data;
using W2S.Data.Episodes;
using W2S.Models;
using W2S.Models.Weights;
using W2S.Training;

namespace W2S.Experiments.FewShot;

/// <summary>Listens to a training, judges the student by 5-shot tasks of the validation classes, and keeps its best
/// weights in a file.</summary>
/// <remarks>The trainer judges on the classes that it trains; few-shot learning has to choose by classes that it does
/// not.</remarks>
internal sealed class BestByTasks(
    ImageModel student, ImageSet held, int episodes, int every, int epochs, string path,
    IProgress<TrainingProgress>? inner) : IProgress<TrainingProgress>
{
    private readonly SortedDictionary<int, double> judged = [];
    private bool read;

    public void Report(TrainingProgress value)
    {
        var epoch = (int)Math.Round(value.Epoch);
        if (Math.Abs(value.Epoch - epoch) < 1e-9 && epoch > 0 && (epoch % every == 0 || epoch == epochs))
            value = Judge(value, epoch);
        inner?.Report(value);
    }

    /// <summary>Puts the best weights into the student.</summary>
    /// <returns>The accuracy of the choice, its epoch, and all accuracies by epoch.</returns>
    public (double Accuracy, int Epoch, IReadOnlyDictionary<int, double> Judged) UseBest()
    {
        Remember();
        student.LoadWeights(path);
        var best = judged.MaxBy(entry => entry.Value);
        return (best.Value, best.Key, judged);
    }

    private TrainingProgress Judge(TrainingProgress value, int epoch)
    {
        Remember();
        var sampler = new EpisodeSampler(held, new EpisodeOptions { Shots = 5 }, seed: 1);
        var accuracy = EpisodeScores.Of(student, held, sampler, episodes).Accuracy;
        var better = judged.Where(entry => entry.Key != epoch).All(entry => entry.Value < accuracy);
        judged[epoch] = accuracy;
        using var scope = torch.NewDisposeScope();
        // Every judgement is in the file's own texts, so that an interrupted run knows them; the weights are those of
        // the best.
        var weights = better ? student.state_dict() : SafeTensorsFile.Read(path);
        SafeTensorsFile.Write(path, weights.ToDictionary(entry => entry.Key, entry => entry.Value),
            judged.ToDictionary(entry => $"epoch {entry.Key}",
                entry => entry.Value.ToString("R", CultureInfo.InvariantCulture)));
        return value
            with
        { Accuracies = new Dictionary<string, double>(value.Accuracies) { ["validation"] = accuracy } };
    }

    private void Remember()
    {
        if (read || !File.Exists(path)) return;
        read = true;
        foreach (var (name, text) in SafeTensorsFile.ReadMetadata(path).Where(
            entry => entry.Key.StartsWith("epoch ", StringComparison.Ordinal)))
            judged.TryAdd(int.Parse(name.AsSpan(6), CultureInfo.InvariantCulture),
                double.Parse(text, CultureInfo.InvariantCulture));
    }
}
