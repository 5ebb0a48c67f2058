using System.Runtime.ExceptionServices;

namespace W2S.Data.Batches;

/// <summary>Threads that do numbered steps ahead of one consumer, each into the slot of its number, which is the
/// remainder by the number of slots.</summary>
/// <remarks>A slot is free again when the consumer asks for a later step. Which thread does a step is chance; what it
/// does is not.</remarks>
internal sealed class Prefetcher : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _changed = new();
    private readonly int _end;
    private readonly int _slots;
    private readonly int[] _done; // which step lies ready in each slot; −1 none
    private readonly Action<int> _work;
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _free;
    private int _next;
    private int _taken;
    private volatile bool _stopped;
    private ExceptionDispatchInfo? _error;

    /// <param name="start">The first step.</param>
    /// <param name="end">One beyond the last.</param>
    /// <param name="slots">How many steps may lie ready or be held; 2 or more.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="work">Does a step.</param>
    public Prefetcher(int start, int end, int slots, int workers, Action<int> work)
    {
        (_next, _taken, _end, _slots, _work) = (start, start, end, slots, work);
        _done = new int[slots];
        Array.Fill(_done, -1);
        _free = new SemaphoreSlim(slots);
        _threads = new Thread[Math.Min(workers, Math.Max(0, end - start))];
        for (var i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = $"W2S batches {i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Waits for a step; steps are taken in order, and taking one frees the one before.</summary>
    /// <param name="step">The next step.</param>
    public void Take(int step)
    {
        if (step > _taken)
        {
            _taken = step;
            _free.Release();
        }
        while (true)
        {
            lock (_gate)
            {
                _error?.Throw();
                if (_done[step % _slots] == step) return;
                _changed.Reset();
            }
            _changed.Wait();
        }
    }

    public void Dispose()
    {
        _stopped = true;
        if (_threads.Length > 0) _free.Release(_threads.Length);
        foreach (var thread in _threads)
        {
            thread.Join();
        }
        _free.Dispose();
        _changed.Dispose();
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                _free.Wait();
                if (_stopped) return;
                var step = Interlocked.Increment(ref _next) - 1;
                if (step >= _end)
                {
                    _free.Release(); // for the others, which then find the end too
                    return;
                }
                _work(step);
                lock (_gate)
                {
                    _done[step % _slots] = step;
                    _changed.Set();
                }
            }
        }
        catch (Exception error)
        {
            lock (_gate)
            {
                _error ??= ExceptionDispatchInfo.Capture(error);
                _changed.Set();
            }
        }
    }
}
