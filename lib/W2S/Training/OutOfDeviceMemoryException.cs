using TorchSharp;
using W2S.Data;
using W2S.Models;

namespace W2S.Training;

/// <summary>The device's memory does not suffice for a step; the message names device, model and batch and the next smaller batch.</summary>
/// <param name="message">The message.</param>
/// <param name="inner">libtorch's own report.</param>
public sealed class OutOfDeviceMemoryException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether an exception of libtorch says that memory ran out.</summary>
    internal static bool Is(Exception error) =>
        error.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("not enough memory", StringComparison.OrdinalIgnoreCase);

    /// <summary>The message for a run.</summary>
    internal static OutOfDeviceMemoryException For(TrainingRun run, Exception error) => For(
        run.Student, run.Images, $"batches of {run.Batches.BatchSize}", run.Batches.BatchSize > 1
            ? $"give batches of {run.Batches.BatchSize / 2}, with Accumulation {2 * run.Options.Accumulation} for the same update" : null, error, run.Options.Device);

    /// <summary>The message for a network that sees images.</summary>
    /// <param name="model">The network.</param>
    /// <param name="images">Its images.</param>
    /// <param name="at">How many at a time.</param>
    /// <param name="advice">What needs less; null where only a smaller network or smaller images would.</param>
    /// <param name="error">libtorch's report.</param>
    /// <param name="device">Null: where the network is.</param>
    internal static OutOfDeviceMemoryException For(ImageModel model, ImageSet images, string at, string? advice, Exception error, torch.Device? device = null) => new(
        $"out of memory on {device ?? model.parameters().FirstOrDefault()?.device ?? torch.CPU}: {model.ModelName} with {at} images of {images.Height}×{images.Width}; {advice ?? "give a smaller network or smaller images"}", error);
}
