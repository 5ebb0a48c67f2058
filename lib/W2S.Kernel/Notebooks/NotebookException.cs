namespace W2S.Kernel.Notebooks;

/// <summary>Input that cannot be run: a file, an option or a cell. The message is one line that names it and the
/// cure.</summary>
/// <param name="message">The line; line ends and other control characters, which a quoted value may hold, become
/// spaces.</param>
public sealed class NotebookException(string message)
    : Exception(
        string.Concat(
            message.Select(letter => char.IsControl(letter) || letter is '\u2028' or '\u2029' ? ' ' : letter)));
