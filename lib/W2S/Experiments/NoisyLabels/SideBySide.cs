using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace W2S.Experiments;

/// <summary>Runs a set of experiments that are too small for several threads each, such as probes, side by side.</summary>
public static class SideBySide
{
    /// <summary>Makes every run of a set, or reads it where it is finished; numbers are those of <see cref="Grid"/>.</summary>
    /// <remarks>What needs nothing (features, for instance) is made first and one after the other, with all threads.</remarks>
    /// <param name="experiments">The runs.</param>
    /// <param name="store">Where finished runs lie.</param>
    /// <param name="progress">Hears of every finished run, on any thread but never twice at a time.</param>
    /// <param name="token">Stops the runs under way; called again, the rest is made.</param>
    /// <param name="workers">How many at a time; as many as the machine has processors where null.</param>
    /// <returns>The runs in the order of <paramref name="experiments"/>.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="RunException">The store cannot be written.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="workers"/> is not positive.</exception>
    public static IReadOnlyList<RunResult> Run(
        IReadOnlyList<Experiment> experiments, RunStore store, IProgress<GridProgress>? progress = null, CancellationToken token = default, int? workers = null)
    {
        ArgumentNullException.ThrowIfNull(experiments);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(workers ?? 1, nameof(workers));
        var order = Grid.Order(experiments);
        var levels = new Dictionary<string, int>();
        foreach (var experiment in order) levels[experiment.Hash] = experiment.Needs.Select(need => levels[need.Hash] + 1).DefaultIfEmpty().Max();
        var results = new ConcurrentDictionary<string, RunResult>();
        var gate = new Lock();
        foreach (var level in order.GroupBy(experiment => levels[experiment.Hash]).OrderBy(level => level.Key))
        {
            var options = new ParallelOptions { CancellationToken = token, MaxDegreeOfParallelism = level.Key == 0 ? 1 : workers ?? Environment.ProcessorCount };
            try
            {
                // Without buffering, so that they begin in their order: the first full comparison stands early.
                Parallel.ForEach(Partitioner.Create(level, EnumerablePartitionerOptions.NoBuffering), options, Make);
            }
            catch (AggregateException error)
            {
                ExceptionDispatchInfo.Throw(error.Flatten().InnerExceptions.FirstOrDefault(inner => inner is not OperationCanceledException) ?? error.InnerException!);
            }
        }
        progress?.Report(new GridProgress(order.Count, order.Count, null, null, null));
        return [.. experiments.Select(experiment => results[experiment.Hash])];

        void Make(Experiment experiment)
        {
            var run = results[experiment.Hash] = store.Get(experiment, token: token);
            lock (gate) progress?.Report(new GridProgress(results.Count, order.Count, experiment, null, run));
        }
    }
}
