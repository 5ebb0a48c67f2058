using W2S.Kernel.Engine;

namespace W2S.Kernel.Jupyter;

/// <summary>The cell engine, opened beside the start of the server.</summary>
internal sealed class EngineSession : IKernelSession
{
    private readonly Task<CellSession> opening;

    /// <summary>Begins to open a session.</summary>
    /// <param name="folder">The notebook's folder.</param>
    public EngineSession(string folder)
    {
        opening = Task.Run(() => new CellSession(folder));
    }

    /// <inheritdoc/>
    public async Task<CellResult> RunAsync(string code, ICellHost host, CancellationToken interrupt) =>
        await (await opening).RunAsync(code, host, interrupt: interrupt);

    /// <inheritdoc/>
    public async Task<CompletionResult> CompleteAsync(string code, int position, CancellationToken cancel) => throw new NotImplementedException();

    /// <inheritdoc/>
    public async Task<MimeBundle?> InspectAsync(string code, int position, CancellationToken cancel) => throw new NotImplementedException();

    /// <inheritdoc/>
    public (string Status, string Indent) CheckComplete(string code) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
