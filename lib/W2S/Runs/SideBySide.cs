using W2S.Torch;
using W2S.Training;

namespace W2S.Runs;

/// <summary>Makes runs that are too small to share out among processor cores in <see cref="ParallelWork"/>, each after
/// those that it needs.</summary>
internal sealed class SideBySide
{
    private readonly Lock gate = new();
    private readonly List<(Experiment Experiment, string[] Needs)> waiting;
    private readonly List<Experiment> underway = [];
    private readonly IReadOnlyDictionary<string, RunResult> results;
    private readonly RunStore store;
    private readonly Action<Experiment, TrainingProgress?> tell;
    private readonly Action<RunResult> end;
    private readonly SemaphoreSlim changed = new(0);
    private readonly int lanes;

    /// <param name="experiments">The runs; what they need is among them or has its result.</param>
    /// <param name="results">Finished runs by hash.</param>
    /// <param name="store">Where finished runs lie.</param>
    /// <param name="tell">Hears, one call at a time, of the run that has been under way longest: that it started, and
    /// of its training.</param>
    /// <param name="end">Takes each finished run into <paramref name="results"/>, one call at a time.</param>
    public SideBySide(
        IReadOnlyList<Experiment> experiments, IReadOnlyDictionary<string, RunResult> results, RunStore store,
        Action<Experiment, TrainingProgress?> tell, Action<RunResult> end)
    {
        waiting = [.. experiments.Select(
            experiment => (experiment, experiment.Needs.Select(need => need.Hash).ToArray()))];
        (this.results, this.store, this.tell, this.end) = (results, store, tell, end);
        lanes = ParallelWork.Count(waiting.Count);
    }

    /// <summary>Makes the runs.</summary>
    /// <param name="token">Stops all of them.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Run(CancellationToken token)
    {
        using (changed) ParallelWork.Run(lanes, Lane, token);
    }

    private void Lane(CancellationToken stop)
    {
        while (Next(stop) is { } experiment)
        {
            var result =
                store.Get(experiment,
                    new SynchronousProgress<TrainingProgress>(training => Report(experiment, training)), stop);
            lock (gate)
            {
                underway.Remove(experiment);
                end(result);
            }
            changed.Release(lanes);
        }
    }

    // The first run that has all it needs; waits where every one left needs a run under way, and ends with the last.
    private Experiment? Next(CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            lock (gate)
            {
                if (waiting.Count == 0) return null;
                var ready = waiting.FindIndex(run => run.Needs.All(results.ContainsKey));
                if (ready >= 0)
                {
                    var experiment = waiting[ready].Experiment;
                    waiting.RemoveAt(ready);
                    underway.Add(experiment);
                    Report(experiment, null);
                    return experiment;
                }
            }
            changed.Wait(stop);
        }
    }

    private void Report(Experiment experiment, TrainingProgress? training)
    {
        lock (gate)
        {
            if (ReferenceEquals(underway[0], experiment)) tell(experiment, training);
        }
    }
}
