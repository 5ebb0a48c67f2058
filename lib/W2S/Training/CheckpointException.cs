namespace W2S.Training;

/// <summary>A checkpoint cannot be written, or cannot be continued; the message names folder, reason and
/// cure.</summary>
/// <param name="message">The message.</param>
/// <param name="inner">What caused it.</param>
public sealed class CheckpointException(string message, Exception? inner = null) : IOException(message, inner);
