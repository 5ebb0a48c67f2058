using W2S.Training;

namespace W2S.Runs;

/// <summary>Runs a set of experiments.</summary>
public static class Grid
{
    /// <summary>Makes every run of a set, or reads it where it is finished.</summary>
    /// <param name="experiments">The runs. What they need is made first and once.</param>
    /// <param name="store">Where finished runs lie. Several processes may work on runs of one store: what one has
    /// claimed, the others leave to it.</param>
    /// <param name="progress">Hears of every run and of the training under way; of runs made side by side, of the one
    /// that has been under way longest.</param>
    /// <param name="token">Stops the runs under way; called again, the grid goes on where it was.</param>
    /// <returns>The runs in the order of <paramref name="experiments"/>.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="RunException">The store cannot be written, or another process saw a run fail.</exception>
    /// <remarks>A run that fails stops the grid, and its exception is thrown; called again, the grid tries it again. A
    /// sweep goes on with the others.</remarks>
    public static RunSet Run(
        IReadOnlyList<Experiment> experiments, RunStore store, IProgress<GridProgress>? progress = null,
        CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(experiments);
        ArgumentNullException.ThrowIfNull(store);
        var order = Order(experiments);
        RunResult? latest = null;
        GridWork? work = null;
        work = new GridWork(order, store, Tell) { Ended = (_, result) => latest = result ?? latest };
        work.Run(token);
        var results = experiments.DistinctBy(experiment => experiment.Hash)
            .ToDictionary(experiment => experiment.Hash, experiment => store.Get(experiment, token: token));
        progress?.Report(new GridProgress(order.Count, order.Count, null, null, latest));
        return new(experiments.Select(experiment => results[experiment.Hash].As(experiment)));

        void Tell(Experiment current, TrainingProgress? training) =>
            progress?.Report(new GridProgress(order.Count - work!.Left, order.Count, current, training, latest));
    }

    /// <summary>Works on the runs of a sweep beside any number of other processes: takes what is ready and free, that
    /// first from which the longest chain of runs hangs, until every run is finished or can no longer be.</summary>
    /// <param name="experiments">The runs. What they need is made first and once.</param>
    /// <param name="store">Where they lie, for all processes.</param>
    /// <param name="progress">As for <see cref="Run"/>; hears of failures too.</param>
    /// <param name="token">Stops the runs under way, which whoever comes next goes on with.</param>
    /// <returns>How many runs are not finished: they failed, now or before, or need one that did.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="RunException">The store cannot be written.</exception>
    /// <remarks>How long a run takes is known from those of its setting that have finished by then; while there are
    /// none, a chain is as long as it has runs.</remarks>
    internal static int Work(
        IReadOnlyList<Experiment> experiments, RunStore store, IProgress<GridProgress>? progress = null,
        CancellationToken token = default)
    {
        var order = Order(experiments);
        SweepRun[] runs = [.. order.Select(SweepRun.Of)];
        GridWork? work = null;
        work = new GridWork(order, store,
            (current, training) => progress?.Report(Now(current) with { Training = training }))
        {
            Sorted = LongestChainFirst,
            Ended = (_, result) => progress?.Report(Now(null) with { Latest = result }),
            Failed = (failed, why) => progress?.Report(Now(failed) with { Failure = why }),
        };
        work.Run(token);
        return work.Left;

        IEnumerable<string> LongestChainFirst()
        {
            runs = [.. runs.Select(run => run.State != RunState.Finished
                && store.Seconds(run.Kind, run.Hash) is { } took ? run.FinishedAfter(took) : run)];
            return new RunLengths(runs.Where(run => run.State == RunState.Finished)).LongestChainFirst(runs);
        }

        GridProgress Now(Experiment? current) => new(order.Count - work!.Left, order.Count, current, null, null);
    }

    /// <summary>The order in which a grid makes its runs: every method of the first seed before the second seed, so
    /// that a first full comparison stands early, and each run after those that it needs.</summary>
    /// <param name="experiments">The runs.</param>
    /// <returns>The same and what they need, each once.</returns>
    /// <exception cref="ArgumentException">A run needs itself.</exception>
    public static IReadOnlyList<Experiment> Order(IReadOnlyList<Experiment> experiments)
    {
        ArgumentNullException.ThrowIfNull(experiments);
        var order = new List<Experiment>();
        var (placed, open) = (new HashSet<string>(), new HashSet<string>());
        foreach (var experiment in experiments.OrderBy(experiment => experiment.Seed)) Place(experiment);
        return order;

        void Place(Experiment experiment)
        {
            if (placed.Contains(experiment.Hash)) return;
            if (!open.Add(experiment.Hash))
                throw new ArgumentException($"{experiment} needs itself; take it out of its Needs",
                    nameof(experiments));
            foreach (var need in experiment.Needs) Place(need);
            placed.Add(experiment.Hash);
            order.Add(experiment);
        }
    }
}

/// <summary>How far a set of runs has come.</summary>
/// <param name="Done">Runs finished, those read included.</param>
/// <param name="Total">Runs in all, those they need included.</param>
/// <param name="Current">The run under way; null at the end, and of a probe study.</param>
/// <param name="Training">Where that run stands; null before its first report.</param>
/// <param name="Latest">The run that ended last; null before the first.</param>
public sealed record GridProgress(int Done, int Total, Experiment? Current, TrainingProgress? Training,
    RunResult? Latest)
{
    /// <summary>Why <see cref="Current"/> has just failed; null where it has not.</summary>
    internal RunFailure? Failure { get; init; }
}
