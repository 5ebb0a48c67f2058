using System.Diagnostics;
using W2S.Torch;
using W2S.Training;

namespace W2S.Runs;

/// <summary>Makes the runs of a list that are not finished, each after those that it needs, and leaves to other
/// processes what they have claimed.</summary>
/// <remarks>Runs that are too small to share out among processor cores are made side by side in
/// <see cref="ParallelWork"/>.</remarks>
internal sealed class GridWork
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private readonly List<Experiment> left = [];
    private readonly Dictionary<string, bool> files = [];
    private readonly List<Experiment> underway = [];
    private readonly HashSet<string> tried = [];
    private readonly RunStore store;
    private readonly Action<Experiment, TrainingProgress?> tell;
    private readonly SemaphoreSlim changed = new(0);
    private int lanes = 1;
    private long sortedAt;
    private TimeSpan sorting;

    /// <param name="order">The runs, in the order in which they are taken when they are ready, each after those that it
    /// needs.</param>
    /// <param name="store">Where they lie.</param>
    /// <param name="tell">Hears, one call at a time, of the run of this process that has been under way longest: that
    /// it started, and of its training.</param>
    public GridWork(IReadOnlyList<Experiment> order, RunStore store, Action<Experiment, TrainingProgress?> tell)
    {
        (this.store, this.tell) = (store, tell);
        foreach (var experiment in order) Want(experiment, withFiles: false);
        Sort(order.Select(run => run.Hash));
    }

    /// <summary>Sorts the runs' hashes anew while others end, by what is known by then.</summary>
    /// <value>Null: their order stays.</value>
    public Func<IEnumerable<string>>? Sorted { get; init; }

    /// <summary>Hears, one call at a time, of each run that this process has finished, and of each that it found
    /// finished by another, then with null.</summary>
    public Action<Experiment, RunResult?>? Ended { get; init; }

    /// <summary>Hears of a failure, which stops nothing then.</summary>
    /// <value>Null: a failure stops the work and is thrown.</value>
    public Action<Experiment, RunFailure>? Failed { get; init; }

    /// <summary>How many runs are not finished.</summary>
    public int Left => left.Count;

    /// <summary>Works until every run is finished, or can no longer be.</summary>
    /// <param name="token">Stops it.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Run(CancellationToken token)
    {
        if (Failed is null)
            foreach (var experiment in left) store.Retry(experiment.Kind, experiment.Hash);
        while (Next(beside: false, token) is { } taken)
        {
            if (!taken.Experiment.SideBySide)
            {
                Make(taken, token);
                continue;
            }
            Taken? first = taken;
            lanes = ParallelWork.Count(left.Count(experiment => experiment.SideBySide));
            ParallelWork.Run(lanes, stop =>
            {
                for (var mine = Interlocked.Exchange(ref first, null) ?? Next(beside: true, stop); mine is not null;
                    mine = Next(beside: true, stop))
                    Make(mine, stop);
            }, token);
        }
    }

    private void Sort(IEnumerable<string> hashes)
    {
        var rank = hashes.Distinct().Select((hash, i) => (hash, i)).ToDictionary();
        int Rank(Experiment experiment) => rank.GetValueOrDefault(experiment.Hash, -1);
        left.Sort((one, other) => Rank(one).CompareTo(Rank(other)));
    }

    // What has ended says how long the rest takes. There may be thousands of runs, so this has a twentieth of the time.
    private void SortAnew()
    {
        if (Sorted is null || Stopwatch.GetElapsedTime(sortedAt) < 20 * sorting) return;
        var began = Stopwatch.GetTimestamp();
        foreach (var experiment in Free().Where(run => store.IsFinished(run, files[run.Hash]))) End(experiment, null);
        Sort(Sorted());
        (sortedAt, sorting) = (Stopwatch.GetTimestamp(), Stopwatch.GetElapsedTime(began));
    }

    // A run that is finished needs nothing, unless its dependants want the files that it kept.
    private void Want(Experiment experiment, bool withFiles)
    {
        var known = files.TryGetValue(experiment.Hash, out var before);
        if (known && (before || !withFiles)) return;
        files[experiment.Hash] = withFiles;
        if (store.IsFinished(experiment, withFiles)) return;
        foreach (var need in experiment.Needs) Want(need, experiment.NeedsFiles);
        if (!left.Exists(run => run.Hash == experiment.Hash)) left.Add(experiment);
    }

    // The first run that is ready and free. Where there is none it waits for what is under way, here or, unless only
    // runs side by side are asked for, elsewhere; null where nothing more can come.
    private Taken? Next(bool beside, CancellationToken stop)
    {
        var wait = ShortestWait;
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            lock (gate)
            {
                var open = false;
                SortAnew();
                foreach (var experiment in Free())
                {
                    if (store.IsFinished(experiment, files[experiment.Hash])) End(experiment, null);
                    else if (!CanBeMade(experiment)) continue;
                    else if (beside && !experiment.SideBySide) continue;
                    else if (IsReady(experiment) && store.TryTake(experiment, files[experiment.Hash]) is { } claim)
                        return Begin(new(experiment, claim));
                    else open = true;
                }
                if (underway.Count == 0 && (beside || !open)) return null;
            }
            changed.Wait(wait, stop);
            while (changed.Wait(0)) { }
            wait = wait * 1.5 < LongestWait ? wait * 1.5 : LongestWait;
        }
    }

    private Experiment[] Free() => [.. left.Where(run => !underway.Exists(mine => mine.Hash == run.Hash))];

    private Taken Begin(Taken taken)
    {
        underway.Add(taken.Experiment);
        tried.Add(taken.Experiment.Hash);
        Report(taken.Experiment, null);
        return taken;
    }

    private void End(Experiment experiment, RunResult? result)
    {
        left.RemoveAll(run => run.Hash == experiment.Hash);
        Ended?.Invoke(experiment, result);
    }

    private bool IsReady(Experiment experiment)
    {
        var ready = true;
        foreach (var need in experiment.Needs)
        {
            if (store.IsFinished(need, experiment.NeedsFiles)) continue;
            ready = false;
            if (left.Exists(run => run.Hash == need.Hash)) continue;
            files.Remove(need.Hash);
            Want(need, experiment.NeedsFiles); // it was finished, and turned out to be damaged
        }
        return ready;
    }

    // A failed run is left alone, and so is what needs it.
    private bool CanBeMade(Experiment experiment)
    {
        if (store.Failure(experiment) is { } failure)
        {
            return Failed is not null || tried.Contains(experiment.Hash) ? false : throw new RunException(
                $"{experiment} failed in another process, on {failure.Machine}: {failure.Message}; run it again here "
                + "to see where");
        }
        return experiment.Needs.All(need => store.IsFinished(need, experiment.NeedsFiles) || CanBeMade(need));
    }

    private void Make(Taken taken, CancellationToken stop)
    {
        var (experiment, claim) = taken;
        try
        {
            var result = store.Make(experiment, claim, files[experiment.Hash],
                new SynchronousProgress<TrainingProgress>(training => Report(experiment, training)), stop);
            lock (gate)
                if (result is not null) End(experiment, result);
        }
        catch (Exception) when (Failed is not null && !stop.IsCancellationRequested
            && store.Failure(experiment) is not null)
        {
            lock (gate) Failed(experiment, store.Failure(experiment)!);
        }
        finally
        {
            lock (gate) underway.Remove(experiment);
            changed.Release(lanes);
        }
    }

    private void Report(Experiment experiment, TrainingProgress? training)
    {
        lock (gate)
            if (ReferenceEquals(underway.FirstOrDefault(), experiment)) tell(experiment, training);
    }

    private sealed record Taken(Experiment Experiment, Claim Claim);
}

/// <summary>Hands each report on at once, on the thread that makes it; <see cref="Progress{T}"/> would hand it on
/// later.</summary>
internal sealed class SynchronousProgress<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
