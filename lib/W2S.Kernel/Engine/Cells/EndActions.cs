using System.Collections.Concurrent;

namespace W2S.Kernel.Engine.Cells;

/// <summary>What is left to do when a cell ends, however it ends: disposing what its using declarations hold.</summary>
internal sealed class EndActions
{
    private readonly ConcurrentStack<(Func<Task> Run, Thread Thread)> actions = [];

    /// <summary>How many there are.</summary>
    public int Count => actions.Count;

    /// <summary>Adds one; the last added is the first done.</summary>
    public void Add(Func<Task> action) => actions.Push((action, Thread.CurrentThread));

    /// <summary>Does them, each whether or not those before it failed.</summary>
    /// <param name="thread">
    /// The cells' thread. What was added there is done there: native libraries keep by thread what such objects switch.
    /// </param>
    /// <param name="keep">How many of the first added stay.</param>
    /// <returns>What failed.</returns>
    public async Task<IReadOnlyList<Exception>> RunAsync(CellThread thread, int keep = 0)
    {
        var failures = new List<Exception>();
        while (actions.Count > keep && actions.TryPop(out var action))
        {
            try
            {
                if (thread.Is(action.Thread)) await thread.RunAsync(() => Finished(action.Run)).ConfigureAwait(false);
                else await action.Run().ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                failures.Add(failure);
            }
        }
        return failures;
    }

    private static async Task<bool> Finished(Func<Task> run)
    {
        await run().ConfigureAwait(false);
        return true;
    }
}
