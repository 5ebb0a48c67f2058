using W2S.Training;

namespace W2S.Charts;

/// <summary>Shows a run's progress in one place and replaces it there, at most twice a second.</summary>
/// <remarks>
/// It knows no notebook and no terminal: the setup cell hands it a delegate that shows a value and returns what
/// replaces it. Reports may come from any thread. A run that has ended leaves nothing behind, so that a saved page
/// shows what was found and no full bar; one that was interrupted leaves its last report.
/// </remarks>
public sealed class LiveView : IProgress<TrainingProgress>, IProgress<LiveViewState>, IDisposable
{
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

    /// <summary>The shortest time between two updates.</summary>
    /// <value>half a second</value>
    public static TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public void Report(LiveViewState value)
    {
        ArgumentNullException.ThrowIfNull(value);
        lock (gate)
        {
            waiting = value;
            var ends = value.Done >= 1 && !ended;
            ended = value.Done >= 1;
            if (update is null || ends || clock.GetElapsedTime(shownAt) >= Interval) Put();
        }
    }

    /// <summary>Shows where a training stands: loss parts, accuracies, β, agreement, speed and time left.</summary>
    /// <param name="value">The report.</param>
    public void Report(TrainingProgress value) => Report(LiveViewState.Of(value, Title));

    /// <summary>A listener for another kind of report.</summary>
    /// <typeparam name="T">What the run reports.</typeparam>
    /// <param name="state">Turns a report into what is shown.</param>
    /// <returns>The listener; it calls this view on the reporting thread.</returns>
    public IProgress<T> For<T>(Func<T, LiveViewState> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new Adaptor<T>(this, state);
    }

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

    private sealed class Adaptor<T>(LiveView view, Func<T, LiveViewState> state) : IProgress<T>
    {
        public void Report(T value) => view.Report(state(value));
    }
}
