namespace W2S.Kernel.Engine.Cells;

/// <summary>Stops a cell, by kind means first.</summary>
/// <remarks>
/// The token and the checks in its loops; then its thread is woken from a sleep or a wait; then what it runs on its own
/// thread is broken off; after that it is left behind.
/// </remarks>
internal static class StopSequence
{
    private static readonly TimeSpan[] Patience =
        [TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(250)];

    /// <summary>Stops a cell.</summary>
    /// <param name="work">The cell's work.</param>
    /// <param name="cell">Its context.</param>
    /// <param name="thread">The thread that it started on.</param>
    /// <param name="abort">Breaks it off.</param>
    /// <returns>True where it ended, false where it was left behind.</returns>
    public static async Task<bool> RunAsync(Task work, CellContext cell, CellThread thread, CancellationTokenSource abort)
    {
        cell.Stop();
        _ = work.ContinueWith(_ => Interruption.End(), TaskScheduler.Default);
        if (await EndsWithin(work, Patience[0])) return true;
        thread.Wake();
        if (await EndsWithin(work, Patience[1])) return true;
        _ = Task.Run(abort.Cancel);
        return await EndsWithin(work, Patience[2]);
    }

    private static async Task<bool> EndsWithin(Task work, TimeSpan patience) =>
        await Task.WhenAny(work, Task.Delay(patience)) == work;
}
