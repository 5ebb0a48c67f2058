using TorchSharp;
using W2S.Data;
using W2S.Models;

namespace W2S.Training;

/// <summary>Says what a device's memory did not suffice for, and what needs less.</summary>
internal static class MemoryDiagnosis
{
    /// <summary>Whether an exception of libtorch says that memory ran out.</summary>
    public static bool RanOut(Exception error) =>
        new[] { "out of memory", "can't allocate memory", "not enough memory" }.Any(
            words => error.Message.Contains(words, StringComparison.OrdinalIgnoreCase));

    /// <summary>The message for a run: it names device, model, batch and the next smaller batch.</summary>
    public static InsufficientMemoryException For(TrainingRun run, Exception error)
    {
        var (count, at, less) = run.Episodes is { TasksPerUpdate: var tasks } episodes
            ? (tasks, $"{tasks} tasks of {episodes.Episode.Images}", $"{tasks / 2} tasks an update")
            : (run.Batches.BatchSize, $"batches of {run.Batches.BatchSize}", $"batches of {run.Batches.BatchSize / 2}");
        return For(run.Student, run.Images, at, count > 1 ? $"give {less}" : null, error, run.Options.Device);
    }

    /// <summary>The message for a network that sees images.</summary>
    /// <param name="model">The network.</param>
    /// <param name="images">Its images.</param>
    /// <param name="at">How many at a time.</param>
    /// <param name="advice">What needs less; null where only a smaller network or smaller images would.</param>
    /// <param name="error">libtorch's report.</param>
    /// <param name="device">Null: where the network is.</param>
    public static InsufficientMemoryException For(
        ImageModel model, ImageSet images, string at, string? advice, Exception error, torch.Device? device = null)
    {
        var place = device ?? model.parameters().FirstOrDefault()?.device ?? torch.CPU;
        return new InsufficientMemoryException(
            $"out of memory on {place}: {model.ModelName} with {at} images of {images.Height}×{images.Width}; " +
            $"{advice ?? "give a smaller network or smaller images"}", error);
    }
}
