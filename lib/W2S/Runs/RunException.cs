namespace W2S.Runs;

/// <summary>A run's folder or a file of results cannot be read or written; the message names it and the cure.</summary>
/// <param name="message">The message.</param>
/// <param name="inner">What caused it.</param>
public sealed class RunException(string message, Exception? inner = null) : IOException(message, inner);
