using System.Diagnostics;
using System.Runtime.InteropServices;

namespace W2S.Kernel.Engine;

/// <summary>
/// Signals that ask a process with a running cell to stop: the first one asks, a second one or the end of its time
/// insists, a third one or the end of all time ends the process, whatever it does.
/// </summary>
/// <remarks>
/// Schedulers send SIGTERM to every process of a job, some once more to each, and kill after ten seconds or later. So
/// what comes within half a second of a signal is the same one, and the process ends by itself before ten.
/// </remarks>
internal sealed class StopSignals : IDisposable
{
    /// <summary>How long a stopped cell that took <c>Cell.Token</c> has to end by itself, as a training that writes its
    /// checkpoint.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan Same = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan UntilInsisting = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan UntilExit = TimeSpan.FromSeconds(9.5);

    private readonly PosixSignalRegistration[] registrations;
    private readonly Action ask;
    private readonly Action insist;
    private readonly Lock gate = new();
    private readonly Timer clock;
    private PosixSignal? first;
    private long asked;
    private long latest;
    private bool insisted;

    /// <summary>Begins to listen.</summary>
    /// <param name="ask">Called once, at the first signal.</param>
    /// <param name="insist">Called once, where the process is still there when its time is over or another signal
    /// comes.</param>
    /// <param name="signals">The signals.</param>
    public StopSignals(Action ask, Action insist, params ReadOnlySpan<PosixSignal> signals)
    {
        (this.ask, this.insist) = (ask, insist);
        clock = new Timer(_ => Insist());
        registrations = new PosixSignalRegistration[signals.Length];
        for (var index = 0; index < signals.Length; index++)
            registrations[index] = PosixSignalRegistration.Create(signals[index], On);
    }

    /// <summary>True once a signal came.</summary>
    public bool Came => first is not null;

    /// <summary>The exit status of a process that was stopped: 130 by Ctrl-C, else 143, as shells have them.</summary>
    public int ExitCode => first == PosixSignal.SIGINT ? 130 : 143;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        lock (gate)
            clock.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void On(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (gate)
        {
            if (first is not null && Stopwatch.GetElapsedTime(latest) < Same)
                return;
            latest = Stopwatch.GetTimestamp();
            if (first is not null)
            {
                clock.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
                return;
            }
            (first, asked) = (context.Signal, latest);
            clock.Change(UntilInsisting, Timeout.InfiniteTimeSpan);
        }
        ask();
    }

    private void Insist()
    {
        lock (gate)
        {
            if (insisted)
                Environment.Exit(ExitCode);
            insisted = true;
            var left = UntilExit - Stopwatch.GetElapsedTime(asked);
            clock.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
        insist();
    }
}
