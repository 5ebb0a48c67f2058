using W2S.Kernel.Engine;

namespace W2S.Kernel.Jupyter;

/// <summary>The cell engine, opened when the server can be asked: what asks before that waits.</summary>
/// <param name="folder">The notebook's folder.</param>
internal sealed class EngineSession(string folder) : IKernelSession
{
    private readonly Task<CellSession> opening = new(() => new CellSession(folder));

    /// <summary>Begins to open it, in the background; once.</summary>
    public void Open() => opening.Start(TaskScheduler.Default);

    /// <summary>Gives a cell that is stopped from now on the time of <see cref="CellSession.Patience"/> to end by
    /// itself.</summary>
    /// <param name="patience">How long.</param>
    public void Wait(TimeSpan patience)
    {
        if (opening.IsCompletedSuccessfully)
            opening.Result.Patience = patience; // else no cell runs
    }

    /// <inheritdoc/>
    public async Task<CellResult> RunAsync(string code, ICellHost host, CancellationToken interrupt)
    {
        var session = await opening.ConfigureAwait(false);
        return await session.RunAsync(code, host, interrupt: interrupt).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<CompletionResult> CompleteAsync(string code, int position, CancellationToken cancel)
    {
        var session = await opening.ConfigureAwait(false);
        return await session.CompleteAsync(code, position, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<MimeBundle?> InspectAsync(string code, int position, CancellationToken cancel)
    {
        var session = await opening.ConfigureAwait(false);
        return await session.InspectAsync(code, position, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public (string Status, string Indent) CheckComplete(string code)
    {
        var (status, indent) = opening.GetAwaiter().GetResult().CheckComplete(code);
        return (status.ToString().ToLowerInvariant(), indent);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Comms => opening.GetAwaiter().GetResult().Comms;

    /// <inheritdoc/>
    public async Task<CellResult> ReceiveAsync(CommMessage message, ICellHost host, CancellationToken interrupt)
    {
        var session = await opening.ConfigureAwait(false);
        return await session.ReceiveAsync(message, host, interrupt).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (opening.IsCompletedSuccessfully)
            opening.Result.Dispose();
    }
}
