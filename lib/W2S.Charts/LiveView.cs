using W2S.Runs;
using W2S.Training;
using static System.FormattableString;

namespace W2S.Charts;

/// <summary>Shows a run's progress in one place and replaces it there, at most twice a second.</summary>
/// <remarks>
/// It knows no notebook and no terminal: the setup cell hands it a delegate that shows a value and returns what
/// replaces it. Reports may come from any thread. A run that has ended leaves nothing behind, so that a saved page
/// shows what was found and no full bar; one that was interrupted leaves its last report.
/// </remarks>
public sealed class LiveView : IProgress<TrainingProgress>, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private readonly Func<object, Action<object>> show;
    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private Action<object>? update;
    private LiveViewState? waiting;
    private long shownAt;
    private bool ended;

    /// <summary>Makes a view; nothing is shown before the first report.</summary>
    /// <param name="show">Shows a value and returns a delegate that puts another in its place.</param>
    /// <param name="clock">The clock; the system's where null.</param>
    public LiveView(Func<object, Action<object>> show, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(show);
        (this.show, this.clock) = (show, clock ?? TimeProvider.System);
    }

    /// <summary>What is running, shown beside a training's numbers.</summary>
    /// <value>training</value>
    public string Title { get; set; } = "training";

    /// <summary>Shows where a training stands: loss parts, accuracies, β, agreement, speed and time left.</summary>
    /// <param name="value">The report.</param>
    public void Report(TrainingProgress value) => Report(LiveViewState.Of(value, Title));

    internal void Report(LiveViewState value)
    {
        lock (gate)
        {
            waiting = value;
            var ends = value.Done >= 1 && !ended;
            ended = value.Done >= 1;
            if (update is null || ends || clock.GetElapsedTime(shownAt) >= Interval) Put();
        }
    }

    /// <summary>A listener for another kind of report.</summary>
    /// <typeparam name="T">What the run reports.</typeparam>
    /// <param name="state">Turns a report into what is shown.</param>
    /// <returns>The listener; it calls this view on the reporting thread.</returns>
    public IProgress<T> For<T>(Func<T, LiveViewState> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new SynchronousProgress<T>(value => Report(state(value)));
    }

    /// <summary>Listens to a pass over images.</summary>
    /// <param name="title">What is running, for instance <c>features of CIFAR-100 resnet20</c>.</param>
    /// <returns>What to hand to the pass.</returns>
    public IProgress<ExtractionProgress> Images(string title) => For<ExtractionProgress>(pass => new LiveViewState
    {
        Title = title,
        Done = (double)pass.Done / pass.Total,
        Place = Invariant($"{pass.Done:N0} of {pass.Total:N0} images"),
        ImagesPerSecond = pass.ImagesPerSecond,
        Left = TimeSpan.FromSeconds((pass.Total - pass.Done) / Math.Max(pass.ImagesPerSecond, 1e-3)),
    });

    /// <summary>Listens to a probe study.</summary>
    /// <returns>What to hand to the study.</returns>
    public IProgress<GridProgress> Splits() => For<GridProgress>(study => new LiveViewState
    {
        Title = study.Latest?.Facets.Data ?? Title,
        Done = (double)study.Done / study.Total,
        Place = $"split {study.Done} of {study.Total}",
        Numbers = study.Latest is null ? []
            : [.. new RunSet([study.Latest]).Select(probe => (probe.Name, Percent(probe["test accuracy"])))],
    });

    /// <summary>Listens to a grid of runs.</summary>
    /// <param name="value">The final number to show of the run that ended last.</param>
    /// <returns>What to hand to the grid.</returns>
    public IProgress<GridProgress> Runs(string value = "test accuracy") => For<GridProgress>(grid =>
    {
        var training = grid.Training is null ? new LiveViewState() : LiveViewState.Of(grid.Training);
        return training with
        {
            Title = grid.Current is null ? "all runs are here"
                : $"{grid.Current.Name}, {grid.Current.Setting}, seed {grid.Current.Seed}",
            Done = (grid.Done + (grid.Current is null ? 0 : training.Done)) / grid.Total,
            Place = grid.Current is null ? $"{grid.Total} runs" : $"run {grid.Done + 1} of {grid.Total}"
                + (training.Place.Length > 0 ? $", {training.Place}" : ""),
            Left = null,
            Message = grid.Latest is { } latest && latest.Outcome.Values.TryGetValue(value, out var number)
                ? $"latest: {latest.Name}, seed {latest.Seed}, {Percent(number)}" : null,
        };
    });

    /// <summary>Clears the view where the run has ended, and otherwise shows the last report.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (ended) update!("");
            else if (waiting is not null) Put();
        }
    }

    private void Put()
    {
        shownAt = clock.GetTimestamp();
        if (update is null) update = show(waiting!);
        else update(waiting!);
        waiting = null;
    }

    private static string Percent(double accuracy) => Invariant($"{100 * accuracy:F1} %");
}
