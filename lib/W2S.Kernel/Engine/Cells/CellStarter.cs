namespace W2S.Kernel.Engine.Cells;

/// <summary>Starts code of one cell on the session's thread.</summary>
internal sealed class CellStarter(CellThread thread, CancellationToken abort)
{
    /// <summary>Starts code there.</summary>
    /// <param name="start">The code; its task may end elsewhere and later.</param>
    public Task<T> RunAsync<T>(Func<Task<T>> start) => thread.RunAsync(start, abort);
}
