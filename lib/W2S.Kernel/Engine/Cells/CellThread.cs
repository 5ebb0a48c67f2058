using System.Collections.Concurrent;

namespace W2S.Kernel.Engine.Cells;

/// <summary>The thread on which a session's cells start, one after the other.</summary>
/// <remarks>
/// One thread for all of them: what native libraries keep by thread (worker pools, scopes) is made once. What a cell
/// does after its first <c>await</c> runs on the thread pool.
/// </remarks>
internal sealed class CellThread : IDisposable
{
    private readonly BlockingCollection<Action> work = [];
    private readonly Thread thread;
    private readonly Lock waking = new();
    private bool woken;

    public CellThread()
    {
        thread = new Thread(Serve, 16 << 20) { IsBackground = true, Name = "cells" };
        thread.UnsafeStart();
    }

    /// <summary>Starts an action on the thread.</summary>
    /// <param name="start">What to run; its task may end elsewhere and later.</param>
    /// <returns>Ends when the action's task does.</returns>
    public Task<T> RunAsync<T>(Func<Task<T>> start)
    {
        var done = new TaskCompletionSource<Task<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var context = ExecutionContext.Capture();
        work.Add(() =>
        {
            try
            {
                if (context is null) done.TrySetResult(start());
                else ExecutionContext.Run(context, _ => done.TrySetResult(start()), null);
            }
            catch (Exception failure)
            {
                done.TrySetException(failure);
            }
        });
        return done.Task.Unwrap();
    }

    /// <summary>True where a thread is this one and still takes actions.</summary>
    public bool Is(Thread other) => other == thread && !work.IsAddingCompleted;

    /// <summary>Wakes the thread if it sleeps or waits.</summary>
    public void Wake()
    {
        lock (waking)
        {
            woken = true;
            thread.Interrupt();
        }
    }

    /// <summary>The thread ends with what it is doing now.</summary>
    public void Dispose() => work.CompleteAdding();

    private void Serve()
    {
        while (!work.IsCompleted)
        {
            try
            {
                if (!work.TryTake(out var action, Timeout.Infinite)) continue;
                ForgetWaking();
                action();
            }
            catch (ThreadInterruptedException)
            {
                // meant for a cell that had just ended
            }
        }
    }

    // A waking stays with a thread until it waits for the next time; what came too late for its cell must not end the
    // wait of another action.
    private void ForgetWaking()
    {
        try
        {
            lock (waking)
            {
                if (!woken) return;
                woken = false;
            }
            Thread.Sleep(1);
        }
        catch (ThreadInterruptedException)
        {
            // forgotten
        }
    }
}
