using System.ComponentModel;
using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Engine.Script;

/// <summary>What notebook code may ask about the cell that it runs in.</summary>
public static class Cell
{
    /// <summary>Cancelled when the reader stops the cell. Hand it to whatever runs for long.</summary>
    /// <value>Another token for each cell; outside any cell, one that is never cancelled.</value>
    public static CancellationToken Token => CellContext.Current?.TakeToken() ?? CancellationToken.None;

    /// <summary>Removes the outputs that the cell has shown so far.</summary>
    /// <param name="wait">True to keep them until the next output comes.</param>
    public static void Clear(bool wait = false) => CellContext.Required.Output.Clear(wait);

    /// <summary>Asks the reader for a line of text.</summary>
    /// <param name="prompt">What to ask.</param>
    /// <returns>The line, or null where nobody can be asked.</returns>
    public static string? ReadLine(string prompt = "") => CellContext.Required.Output.ReadLine(prompt, password: false);

    /// <summary>Asks the reader for a line of text without showing what is typed.</summary>
    /// <param name="prompt">What to ask.</param>
    /// <returns>The line, or null where nobody can be asked.</returns>
    public static string? ReadPassword(string prompt = "") =>
        CellContext.Required.Output.ReadLine(prompt, password: true);

    /// <summary>Has something done when the cell ends, however it ends. Using declarations rely on it.</summary>
    /// <param name="action">What to do; the last added is the first done.</param>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static void AtEnd(Action action) => AtEnd(() =>
    {
        action();
        return Task.CompletedTask;
    });

    /// <inheritdoc cref="AtEnd(Action)"/>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static void AtEnd(Func<Task> action) => CellContext.Required.AtEnd.Add(action);

    /// <summary>What a cell returns that returns without a value. The engine adds it to such a <c>return</c>.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static object Nothing { get; } = new();

    /// <summary>Stops here if the reader has stopped the cell. The engine adds a call to every loop of a
    /// cell.</summary>
    /// <exception cref="OperationCanceledException">The cell was stopped.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public static void Check()
    {
        if (Interruption.Pending != 0) CellContext.Current?.ThrowIfStopped();
    }
}
