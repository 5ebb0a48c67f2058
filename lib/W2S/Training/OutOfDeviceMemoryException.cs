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
    internal static OutOfDeviceMemoryException For(TrainingRun run, object device, Exception error)
    {
        var batch = run.Batches.BatchSize;
        var advice = batch > 1
            ? $"give batches of {batch / 2}, with Accumulation {2 * run.Options.Accumulation} for the same update"
            : "give a smaller network or smaller images";
        return new OutOfDeviceMemoryException($"out of memory on {device}: {run.Student.ModelName} with batches of {batch} images of {run.Images.Height}×{run.Images.Width}; {advice}", error);
    }
}
