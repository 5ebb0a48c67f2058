using System.Collections.Concurrent;

namespace W2S.Data.Batches;

/// <summary>Threads that do numbered steps ahead of one consumer, each into the slot of its number, which is the
/// remainder by the number of slots.</summary>
/// <remarks>A slot is free again when the consumer asks for a later step. Which thread does a step is chance; what it
/// does is not.</remarks>
internal sealed class Prefetcher : IDisposable
{
    private readonly BlockingCollection<Task> _waiting = [];
    private readonly Task[] _slots; // the latest step of each
    private readonly Thread[] _threads;
    private readonly Action<int> _work;
    private readonly int _start;
    private readonly int _end;

    /// <param name="start">The first step.</param>
    /// <param name="end">One beyond the last.</param>
    /// <param name="slots">How many steps may lie ready or be held; 2 or more.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="work">Does a step.</param>
    public Prefetcher(int start, int end, int slots, int workers, Action<int> work)
    {
        (_start, _end, _work, _slots) = (start, end, work, new Task[slots]);
        for (var step = start; step < start + slots; step++)
        {
            Queue(step);
        }
        _threads = [.. Enumerable.Range(0, Math.Min(workers, Math.Max(0, end - start))).Select(
            worker => new Thread(Run) { IsBackground = true, Name = $"W2S batches {worker}" })];
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Waits for a step, and throws what it threw; steps are taken in order, and taking one frees the one
    /// before.</summary>
    /// <param name="step">The next step.</param>
    public void Take(int step)
    {
        if (step > _start) Queue(step - 1 + _slots.Length);
        _slots[step % _slots.Length].GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _waiting.CompleteAdding();
        while (_waiting.TryTake(out _))
        {
            // Nobody asks for it any more.
        }
        foreach (var thread in _threads)
        {
            thread.Join();
        }
        _waiting.Dispose();
    }

    private void Queue(int step)
    {
        if (step < _end) _waiting.Add(_slots[step % _slots.Length] = new Task(() => _work(step)));
    }

    private void Run()
    {
        foreach (var step in _waiting.GetConsumingEnumerable())
        {
            step.RunSynchronously();
        }
    }
}
