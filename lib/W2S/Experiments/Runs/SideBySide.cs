using System.Runtime.ExceptionServices;
using TorchSharp;
using W2S.Training;

namespace W2S.Experiments;

/// <summary>Makes runs that are too small to share out among processor cores one a core: each on a thread of its own, on which libtorch computes alone.</summary>
/// <remarks>A run's numbers do not depend on how many others are made at a time: it always has one thread.</remarks>
internal sealed class SideBySide
{
    private readonly Lock gate = new();
    private readonly List<(Experiment Experiment, string[] Needs)> waiting;
    private readonly List<Experiment> underway = [];
    private readonly IReadOnlyDictionary<string, RunResult> results;
    private readonly RunStore store;
    private readonly Action<Experiment, TrainingProgress?> tell;
    private readonly Action<RunResult> end;
    private readonly CancellationTokenSource stop;
    private readonly SemaphoreSlim changed = new(0);
    private readonly int threads = torch.get_num_threads(), lanes;
    private ExceptionDispatchInfo? failure;

    /// <param name="experiments">The runs; what they need is among them or has its result.</param>
    /// <param name="results">Finished runs by hash.</param>
    /// <param name="store">Where finished runs lie.</param>
    /// <param name="tell">Hears, one call at a time, of the run that has been under way longest: that it started, and of its training.</param>
    /// <param name="end">Takes each finished run into <paramref name="results"/>, one call at a time.</param>
    /// <param name="token">Stops all of them.</param>
    public SideBySide(
        IReadOnlyList<Experiment> experiments, IReadOnlyDictionary<string, RunResult> results, RunStore store,
        Action<Experiment, TrainingProgress?> tell, Action<RunResult> end, CancellationToken token)
    {
        waiting = [.. experiments.Select(experiment => (experiment, experiment.Needs.Select(need => need.Hash).ToArray()))];
        (this.results, this.store, this.tell, this.end) = (results, store, tell, end);
        stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        lanes = Math.Min(threads, waiting.Count);
    }

    /// <summary>Makes the runs.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Run()
    {
        torch.set_num_threads(1); // threads made from now on take it over
        try
        {
            Task.WaitAll([.. Enumerable.Range(0, lanes).Select(_ => Task.Factory.StartNew(Lane, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))]);
        }
        finally
        {
            torch.set_num_threads(threads);
            stop.Dispose();
            changed.Dispose();
        }
        failure?.Throw();
    }

    private void Lane()
    {
        try
        {
            while (Next() is { } experiment)
            {
                var result = store.Get(experiment, new Heard<TrainingProgress>(training => Tell(experiment, training)), stop.Token);
                lock (gate)
                {
                    underway.Remove(experiment);
                    end(result);
                }
                changed.Release(lanes);
            }
        }
        catch (Exception error)
        {
            lock (gate) failure ??= ExceptionDispatchInfo.Capture(error);
            stop.Cancel();
        }
    }

    // The first run that has all it needs; waits where every one left needs a run under way, and ends with the last.
    private Experiment? Next()
    {
        while (true)
        {
            stop.Token.ThrowIfCancellationRequested();
            lock (gate)
            {
                if (waiting.Count == 0) return null;
                var ready = waiting.FindIndex(run => run.Needs.All(results.ContainsKey));
                if (ready >= 0)
                {
                    var experiment = waiting[ready].Experiment;
                    waiting.RemoveAt(ready);
                    underway.Add(experiment);
                    Tell(experiment, null);
                    return experiment;
                }
            }
            changed.Wait(stop.Token);
        }
    }

    private void Tell(Experiment experiment, TrainingProgress? training)
    {
        lock (gate)
        {
            if (ReferenceEquals(underway[0], experiment)) tell(experiment, training);
        }
    }
}
