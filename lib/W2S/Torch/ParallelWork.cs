using System.Runtime.ExceptionServices;
using TorchSharp;

namespace W2S.Torch;

/// <summary>Work that is too small to share out among processor cores, one piece on each core: each on a thread of its
/// own, on which libtorch computes alone.</summary>
/// <remarks>A piece's numbers do not depend on how many others are done at a time: it always has one thread.</remarks>
internal static class ParallelWork
{
    /// <summary>How many pieces are done at a time.</summary>
    /// <param name="pieces">How many there are.</param>
    public static int Count(int pieces) => Math.Min(Devices.UseThreads(), pieces);

    /// <summary>Does the pieces 0, 1, 2, …, begun in this order.</summary>
    /// <param name="pieces">The number of pieces.</param>
    /// <param name="work">Does one; its token is cancelled by the caller's and by another's failure.</param>
    /// <param name="token">Stops all of them.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static void Each(int pieces, Action<int, CancellationToken> work, CancellationToken token) =>
        Each(pieces, Count(pieces), work, token);

    /// <summary>The same with a stated number of pieces at a time.</summary>
    public static void Each(int pieces, int count, Action<int, CancellationToken> work, CancellationToken token)
    {
        var begun = -1;
        Run(count, stop =>
        {
            while (Interlocked.Increment(ref begun) is var piece && piece < pieces)
            {
                stop.ThrowIfCancellationRequested();
                work(piece, stop);
            }
        }, token);
    }

    /// <summary>Calls the same on several threads, or once on this one, and returns when all have ended.</summary>
    /// <param name="count">How many, as <see cref="Count"/> says.</param>
    /// <param name="lane">Does pieces until none is left; its token is cancelled by the caller's and by another lane's
    /// failure, and the first failure is the one that is thrown.</param>
    /// <param name="token">Stops all of them.</param>
    public static void Run(int count, Action<CancellationToken> lane, CancellationToken token)
    {
        if (count == 1)
        {
            using var here = Devices.OneThread();
            lane(token);
            return;
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        ExceptionDispatchInfo? failure = null;
        var threads = torch.get_num_threads();
        torch.set_num_threads(1); // threads made from now on take it over
        try
        {
            Task.WaitAll(
                [.. Enumerable.Range(0, count).Select(
                    _ => Task.Factory.StartNew(Lane, CancellationToken.None, TaskCreationOptions.LongRunning,
                        TaskScheduler.Default))]);
        }
        finally
        {
            torch.set_num_threads(threads);
        }
        failure?.Throw();

        void Lane()
        {
            try
            {
                using var alone = Devices.OneThread();
                lane(stop.Token);
            }
            catch (Exception error)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);
                stop.Cancel();
            }
        }
    }
}
