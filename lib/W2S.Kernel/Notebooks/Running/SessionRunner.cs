using W2S.Kernel.Engine;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>Runs cells in a session of this process.</summary>
/// <param name="session">The session.</param>
internal sealed class SessionRunner(CellSession session) : ICellRunner
{
    /// <inheritdoc/>
    public bool HeedsStop => session.HeedsStop;

    /// <inheritdoc/>
    public Task<CellResult> RunAsync(string code, ICellHost host, string language, CancellationToken interrupt) =>
        session.RunAsync(code, host, language, interrupt);
}
