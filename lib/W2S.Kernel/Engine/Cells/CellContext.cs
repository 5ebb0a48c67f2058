using W2S.Kernel.Engine.Output;
using W2S.Kernel.Engine.Widgets;

namespace W2S.Kernel.Engine.Cells;

/// <summary>One run of one cell: what its code reaches from any thread that it starts.</summary>
internal sealed class CellContext : IDisposable
{
    private static readonly AsyncLocal<CellContext?> Ambient = new();
    private static readonly List<CellContext> Running = [];
    private readonly CancellationTokenSource stop = new();

    public CellContext(CellSource source, CellOutput output, Comms comms)
    {
        Source = source;
        Output = output;
        Comms = comms;
        Token = stop.Token;
        lock (Running) Running.Add(this);
    }

    /// <summary>The cell that the calling code belongs to; code that lost track of it belongs to the only one
    /// running.</summary>
    public static CellContext? Current
    {
        get
        {
            if (Ambient.Value is { } known) return known;
            lock (Running) return Running.Count == 1 ? Running[0] : null;
        }
    }

    public static CellContext Required =>
        Current ?? throw new InvalidOperationException("no cell is running; show values from within one");

    public CellSource Source { get; }

    public CellOutput Output { get; }

    /// <summary>The session's widgets in the front end.</summary>
    public Comms Comms { get; }

    public CancellationToken Token { get; }

    /// <summary>True once the cell's code has taken its token: it may end by itself when it is stopped.</summary>
    public bool TokenTaken { get; private set; }

    public bool Stopped { get; private set; }

    /// <summary>The token, for the cell's own code.</summary>
    public CancellationToken TakeToken()
    {
        TokenTaken = true;
        return Token;
    }

    /// <summary>True while a stopped cell does what is left for its end: that is not stopped once more.</summary>
    public bool Ending { get; private set; }

    /// <summary>What is left to do at its end.</summary>
    public EndActions AtEnd { get; } = new();

    /// <summary>Asks the cell's code to end; listeners to the token run elsewhere and cannot hold up the
    /// caller.</summary>
    public void Stop()
    {
        Stopped = true;
        Interruption.Begin();
        _ = Task.Run(() =>
        {
            try
            {
                stop.Cancel();
            }
            catch (AggregateException)
            {
                // a listener of the notebook's own failed; the cell ends all the same
            }
        });
    }

    /// <summary>True once a check, or the token that its code has taken, has thrown in the stopped cell.</summary>
    public bool Unwinding { get; private set; }

    /// <summary>An exception was thrown somewhere in the process.</summary>
    public void Saw(Exception thrown)
    {
        if (TokenTaken && thrown is OperationCanceledException canceled && canceled.CancellationToken == Token)
            Unwinding = true;
    }

    /// <summary>Ends what is running where the reader has stopped the cell.</summary>
    public void ThrowIfStopped()
    {
        if (!Stopped || Ending) return;
        Unwinding = true;
        throw new OperationCanceledException("the cell was stopped", Token);
    }

    /// <summary>Does what is left to do at the cell's end, or at that of a cell that it imports.</summary>
    /// <param name="thread">The cells' thread.</param>
    /// <param name="keep">How many of the actions stay for later.</param>
    /// <returns>What failed.</returns>
    public async Task<IReadOnlyList<Exception>> EndAsync(CellThread thread, int keep = 0)
    {
        if (AtEnd.Count <= keep) return [];
        Ending = Stopped;
        try
        {
            return await AtEnd.RunAsync(thread, keep).ConfigureAwait(false);
        }
        finally
        {
            Ending = false;
        }
    }

    /// <summary>Makes this the current cell for the calling thread and all that it starts.</summary>
    public void Enter() => Ambient.Value = this;

    /// <summary>The cell has ended: code that lost track of its cell no longer belongs to it.</summary>
    public void Dispose()
    {
        lock (Running) Running.Remove(this);
    }
}
