using TorchSharp;
using W2S.Data.Episodes;
using W2S.Models;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>How a representation does on few-shot tasks.</summary>
/// <param name="Accuracies">Share of right queries of each task, 0 … 1.</param>
/// <param name="Answers">What was said of each query: its class within the task, task by task.</param>
/// <param name="Queries">Queries a task.</param>
public sealed record EpisodeScores(IReadOnlyList<double> Accuracies, IReadOnlyList<byte> Answers, int Queries)
{
    /// <summary>Mean over tasks.</summary>
    public double Accuracy => Accuracies.Average();

    /// <summary>Share of queries of which both say the same, 0 … 1.</summary>
    /// <param name="other">Scores on the same tasks, for instance the teacher's.</param>
    /// <returns>The agreement.</returns>
    /// <exception cref="ArgumentException">Not the same number of tasks or queries.</exception>
    public double Agreement(EpisodeScores other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Answers.Count != Answers.Count || other.Queries != Queries)
            throw new ArgumentException(
                $"{other.Answers.Count} answers and {Answers.Count} cannot be compared; judge both on the same tasks",
                nameof(other));
        return Answers.Zip(other.Answers).Count(pair => pair.First == pair.Second) / (double)Answers.Count;
    }

    /// <summary>Judges features by the nearest prototype under the cosine. The scale of the cosines changes no
    /// answer.</summary>
    /// <param name="features">[N, F] of all images of the sampler's set, in its order.</param>
    /// <param name="sampler">Draws the tasks.</param>
    /// <param name="episodes">How many: tasks 0 … episodes − 1. 600 or more for a result.</param>
    /// <param name="token">Stops the pass.</param>
    /// <returns>The scores.</returns>
    /// <exception cref="ArgumentException">The features have not a row for each image, or a value that is not
    /// finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No task is asked for, or more than 256 ways.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public static EpisodeScores Of(Tensor features, EpisodeSampler sampler, int episodes,
        CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(sampler);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(episodes);
        var options = sampler.Options;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Ways, 256, nameof(options.Ways));
        Checks.Features(features);
        if (features.shape[0] != sampler.Images)
            throw new ArgumentException(
                $"features of {features.shape[0]} images for the {sampler.Images} of {sampler.SetName}; give a row "
                + "for each", nameof(features));
        var queries = options.Ways * options.Queries;
        var (accuracies, answers) = (new List<double>(episodes), new List<byte>(episodes * queries));
        using var _ = no_grad();
        for (var start = 0; start < episodes; start += 100)
        {
            token.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var tasks = Enumerable.Range(start, Math.Min(100, episodes - start)).Select(i => sampler.Draw(i)).ToArray();
            var said = Prototypes.Cosines(Rows(tasks, task => task.Query),
                Prototypes.Of(Rows(tasks, task => task.Support), options.Ways))
                .argmax(-1).to_type(ScalarType.Byte).cpu().data<byte>().ToArray();
            answers.AddRange(said);
            accuracies.AddRange(tasks.Select((task, i) =>
                task.QueryLabels.Where((label, q) => said[i * queries + q] == label).Count() / (double)queries));
        }
        return new EpisodeScores(accuracies, answers, queries);

        Tensor Rows(Episode[] tasks, Func<Episode, IReadOnlyList<int>> which)
        {
            var rows = tensor(tasks.SelectMany(which).Select(row => (long)row).ToArray(), device: features.device);
            return features.index_select(0, rows).reshape(tasks.Length, -1, features.shape[1]);
        }
    }
}
