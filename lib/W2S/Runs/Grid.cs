using W2S.Training;

namespace W2S.Runs;

/// <summary>Runs a set of experiments.</summary>
public static class Grid
{
    /// <summary>Makes every run of a set, or reads it where it is finished.</summary>
    /// <param name="experiments">The runs. What they need is made first and once.</param>
    /// <param name="store">Where finished runs lie.</param>
    /// <param name="progress">Hears of every run and of the training under way; of runs made side by side, of the one
    /// that has been under way longest.</param>
    /// <param name="token">Stops the runs under way; called again, the grid goes on where it was.</param>
    /// <returns>The runs in the order of <paramref name="experiments"/>.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="RunException">The store cannot be written.</exception>
    public static IReadOnlyList<RunResult> Run(
        IReadOnlyList<Experiment> experiments, RunStore store, IProgress<GridProgress>? progress = null,
        CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(experiments);
        ArgumentNullException.ThrowIfNull(store);
        var order = Order(experiments);
        var results = new Dictionary<string, RunResult>();
        RunResult? latest = null;
        for (var next = 0; next < order.Count;)
        {
            var beside = order.Skip(next).TakeWhile(experiment => experiment.SideBySide).ToArray();
            if (beside.Length > 0)
                new SideBySide(beside, results, store, Tell, End).Run(token);
            else
                Make(order[next]);
            next += Math.Max(1, beside.Length);
        }
        progress?.Report(new GridProgress(order.Count, order.Count, null, null, latest));
        return [.. experiments.Select(experiment => results[experiment.Hash].As(experiment))];

        void Make(Experiment experiment)
        {
            Tell(experiment, null);
            End(store.Get(experiment, new SynchronousProgress<TrainingProgress>(training => Tell(experiment, training)),
                token));
        }

        void Tell(Experiment current, TrainingProgress? training) =>
            progress?.Report(new GridProgress(results.Count, order.Count, current, training, latest));

        void End(RunResult result) => latest = results[result.Hash] = result;
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
