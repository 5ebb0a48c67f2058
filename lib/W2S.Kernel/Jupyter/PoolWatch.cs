using System.Diagnostics;

namespace W2S.Kernel.Jupyter;

/// <summary>Keeps the kernel within reach while a cell's tasks hold all threads of the pool, which serves the
/// sockets.</summary>
/// <remarks>
/// By itself the pool adds a thread or two a second, and the next waiting task of the cell takes it. Where what waits
/// for a thread waits long, more are let in at once: as many as it takes while processors are idle, since threads that
/// only wait cost little, and a few where the cell computes.
/// </remarks>
internal static class PoolWatch
{
    private const int Step = 8, Most = 512;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>Watches for as long as the process lives.</summary>
    public static void Begin() =>
        new Thread(Watch) { IsBackground = true, Name = "pool watch", Priority = ThreadPriority.AboveNormal }.Start();

    private static void Watch()
    {
        ThreadPool.GetMinThreads(out var usual, out var ports);
        var raised = false;
        while (true)
        {
            Thread.Sleep(Patience);
            if (ThreadPool.PendingWorkItemCount == 0 && !raised) continue;
            var served = new ManualResetEventSlim();
            ThreadPool.UnsafeQueueUserWorkItem(_ => served.Set(), null);
            var before = Environment.CpuUsage.TotalTime;
            var since = Stopwatch.GetTimestamp();
            if (served.Wait(Patience))
            {
                raised = raised && !ThreadPool.SetMinThreads(usual, ports);
                continue;
            }
            var busy = (Environment.CpuUsage.TotalTime - before) / Stopwatch.GetElapsedTime(since);
            var most = busy > .9 * Environment.ProcessorCount ? usual + Step : Most;
            raised |= ThreadPool.SetMinThreads(Math.Min(2 * ThreadPool.ThreadCount + Step, most), ports);
        }
    }
}
