namespace W2S.Torch;

/// <summary>The device's memory does not suffice for a step; the message names device, model and batch and the next
/// smaller batch.</summary>
/// <param name="message">The message.</param>
/// <param name="inner">libtorch's own report.</param>
public sealed class OutOfDeviceMemoryException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether an exception of libtorch says that memory ran out.</summary>
    internal static bool Is(Exception error) =>
        error.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("not enough memory", StringComparison.OrdinalIgnoreCase);
}
