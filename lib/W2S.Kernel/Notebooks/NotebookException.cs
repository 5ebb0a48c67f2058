namespace W2S.Kernel.Notebooks;

/// <summary>Input that cannot be run: a file, an option or a cell. The message is one line that names it and the cure.</summary>
/// <param name="message">The line.</param>
public sealed class NotebookException(string message) : Exception(message);
