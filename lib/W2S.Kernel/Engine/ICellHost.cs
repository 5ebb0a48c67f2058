namespace W2S.Kernel.Engine;

/// <summary>What a running cell may ask of its front end: the terminal, the notebook runner or a Jupyter
/// client.</summary>
/// <remarks>
/// Calls come from any thread, one at a time and in the order in which they happened: <see cref="CellSession"/>
/// serialises them. An implementation must not call back into the session.
/// </remarks>
public interface ICellHost
{
    /// <summary>Text that the cell wrote to standard output or standard error, as it is written.</summary>
    /// <param name="stream">Which of the two.</param>
    /// <param name="text">The text; not necessarily whole lines.</param>
    void Write(OutputStream stream, string text);

    /// <summary>Shows a value, or replaces one shown before.</summary>
    /// <param name="bundle">The value in each of its MIME types.</param>
    /// <param name="displayId">Names the display for later updates.</param>
    /// <param name="update">True to replace what <paramref name="displayId"/> named before, also from an earlier
    /// cell.</param>
    void Display(MimeBundle bundle, string displayId, bool update);

    /// <summary>The value of the cell's last expression.</summary>
    /// <param name="bundle">The value in each of its MIME types.</param>
    void Result(MimeBundle bundle);

    /// <summary>Removes the outputs that the cell has shown so far.</summary>
    /// <param name="wait">True to keep them until the next output comes.</param>
    void Clear(bool wait);

    /// <summary>Asks the reader for a line of text.</summary>
    /// <param name="prompt">What to ask.</param>
    /// <param name="password">True to hide what is typed.</param>
    /// <returns>The line, or null where the front end has nobody to ask.</returns>
    string? ReadLine(string prompt, bool password);

    /// <summary>True where the front end has widgets, which <see cref="Comm"/> speaks to.</summary>
    /// <value>False.</value>
    bool TakesComms => false;

    /// <summary>Sends what a widget says to its twin in the front end.</summary>
    /// <param name="message">The message.</param>
    void Comm(CommMessage message)
    {
    }
}

/// <summary>A standard text stream of a cell.</summary>
public enum OutputStream
{
    /// <summary>Standard output.</summary>
    Out,

    /// <summary>Standard error.</summary>
    Error,
}
