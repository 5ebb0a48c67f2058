using System.Runtime.ExceptionServices;
using TorchSharp;
using W2S.Training;

namespace W2S.Experiments;

/// <summary>Makes runs that are too small to share out among processor cores one a core: each on a thread of its own, on which libtorch computes alone.</summary>
/// <remarks>A run's numbers do not depend on how many others are made at a time: it always has one thread.</remarks>
internal sealed class SideBySide
{
    private readonly Lock gate = new();
    private readonly List<Experiment> waiting, underway = [];
    private readonly IDictionary<string, RunResult> results;
    private readonly RunStore store;
    private readonly Action<Experiment?, TrainingProgress?, RunResult?>? report;
    private readonly CancellationTokenSource stop;
    private readonly SemaphoreSlim changed = new(0);
    private readonly int lanes;
    private ExceptionDispatchInfo? failure;

    /// <param name="experiments">The runs; what they need is among them or has its result.</param>
    /// <param name="results">Finished runs by hash; takes the new ones.</param>
    /// <param name="store">Where finished runs lie.</param>
    /// <param name="report">Hears, one call at a time, of a run that starts (run), of the training of the longest under way (run, training), and of a run that ended (result).</param>
    /// <param name="token">Stops all of them.</param>
    public SideBySide(
        IEnumerable<Experiment> experiments, IDictionary<string, RunResult> results, RunStore store, Action<Experiment?, TrainingProgress?, RunResult?>? report, CancellationToken token)
    {
        (waiting, this.results, this.store, this.report) = ([.. experiments], results, store, report);
        stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        lanes = Math.Min(torch.get_num_threads(), waiting.Count);
    }

    /// <summary>Makes the runs.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Run()
    {
        var threads = torch.get_num_threads();
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
                var result = store.Get(experiment, report is null ? null : new Heard(training => Tell(experiment, training)), stop.Token);
                lock (gate)
                {
                    results[experiment.Hash] = result;
                    underway.Remove(experiment);
                    report?.Invoke(null, null, result);
                }
                changed.Release(lanes);
            }
        }
        catch (Exception error)
        {
            lock (gate) failure ??= ExceptionDispatchInfo.Capture(error);
            stop.Cancel();
            changed.Release(lanes);
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
                if (waiting.Count == 0 || failure is not null) return null;
                if (waiting.FirstOrDefault(experiment => experiment.Needs.All(need => results.ContainsKey(need.Hash))) is { } ready)
                {
                    waiting.Remove(ready);
                    underway.Add(ready);
                    if (underway.Count == 1) report?.Invoke(ready, null, null);
                    return ready;
                }
            }
            changed.Wait(stop.Token);
        }
    }

    private void Tell(Experiment experiment, TrainingProgress training)
    {
        lock (gate)
        {
            if (ReferenceEquals(underway[0], experiment)) report!(experiment, training, null);
        }
    }

    private sealed class Heard(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
