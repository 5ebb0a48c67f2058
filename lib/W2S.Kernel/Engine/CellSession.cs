namespace W2S.Kernel.Engine;

/// <summary>A live session: cells run one after the other and see each other's variables.</summary>
public sealed class CellSession : IDisposable
{
    /// <summary>Opens a session.</summary>
    /// <param name="workingDirectory">The notebook's folder: relative paths in <c>#r</c>, <c>#load</c> and <c>#!import</c> start here.</param>
    public CellSession(string workingDirectory)
    {
        WorkingDirectory = workingDirectory;
    }

    /// <summary>The notebook's folder, absolute.</summary>
    public string WorkingDirectory { get; }

    /// <summary>Runs one cell. Never throws for what the cell does: see <see cref="CellResult.Error"/>.</summary>
    /// <param name="code">The cell's text, magics included.</param>
    /// <param name="host">Where its outputs go.</param>
    /// <param name="language">The language the cell starts in: <c>csharp</c>, <c>fsharp</c>, <c>html</c>, <c>markdown</c>, <c>mermaid</c>, <c>javascript</c>, …</param>
    /// <param name="interrupt">Stops the cell; the session stays usable.</param>
    /// <returns>How it ended.</returns>
    public Task<CellResult> RunAsync(string code, ICellHost host, string language = "csharp", CancellationToken interrupt = default) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
