using System.Diagnostics;
using System.Text;

namespace W2S.Kernel.Engine.Output;

/// <summary>One cell's way to its host: keeps the order of what happens on any thread, and gathers floods of
/// text.</summary>
/// <remarks>
/// Text waits up to 50 ms for more; whatever else is shown goes out at once, after the text before it. Updates of one
/// display that follow each other within that time become one. Nothing that stays visible is lost.
/// </remarks>
internal sealed class CellOutput
{
    private const int SoftLimit = 4 << 20;
    private const int HardLimit = 16 << 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    [ThreadStatic]
    private static bool insideHost;

    private ICellHost host;
    private readonly object hostGate;
    private readonly object queueGate = new();
    private readonly Timer timer;
    private List<Item> queue = [];
    private int waiting;
    private bool armed;
    private bool closed;
    private long flushed = long.MinValue / 2;

    /// <param name="host">Where outputs go.</param>
    /// <param name="hostGate">Held during each call to a host: one for all cells of a session.</param>
    public CellOutput(ICellHost host, object hostGate)
    {
        this.host = host;
        this.hostGate = hostGate;
        using (ExecutionContext.SuppressFlow()) timer = new(_ => Flush());
    }

    /// <summary>True on a thread that is inside a call to a host: what it writes is not the cell's.</summary>
    public static bool InsideHost => insideHost;

    private enum Kind
    {
        Text,
        Display,
        Update,
        Result,
        Clear,
        Comm,
    }

    /// <summary>True where the front end has widgets.</summary>
    public bool TakesComms => host.TakesComms;

    public void Write(OutputStream stream, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return;
        int size;
        lock (queueGate)
        {
            if (closed) return;
            if (queue.Count == 0 || queue[^1] is not { Kind: Kind.Text } last || last.Stream != stream)
            {
                last = new Item(Kind.Text) { Stream = stream, Text = new StringBuilder() };
                queue.Add(last);
            }
            last.Text!.Append(text);
            size = waiting += text.Length;
            Arm();
        }
        if (size > SoftLimit) Relieve();
    }

    public void Display(MimeBundle bundle, string id, bool update)
    {
        lock (queueGate)
        {
            if (closed) return;
            var item = new Item(update ? Kind.Update : Kind.Display) { Bundle = bundle, Id = id };
            if (update && queue.Count > 0 && queue[^1] is { Kind: Kind.Update } last && last.Id == id)
            {
                queue[^1] = item;
            }
            else
            {
                queue.Add(item);
            }
            if (update && Stopwatch.GetElapsedTime(flushed) < Pause)
            {
                Arm();
                return;
            }
        }
        Flush();
    }

    public void Result(MimeBundle bundle) => Send(new Item(Kind.Result) { Bundle = bundle });

    public void Clear(bool wait) => Send(new Item(Kind.Clear) { Wait = wait });

    /// <summary>Sends a message of a widget; changes of one widget that follow each other become one.</summary>
    public void Comm(CommMessage message)
    {
        lock (queueGate)
        {
            if (closed) return;
            for (var i = queue.Count - 1; i >= 0 && queue[i].Comm is { } earlier; i--)
            {
                if (earlier.Joins(message)) return;
            }
            queue.Add(new Item(Kind.Comm) { Comm = message });
            if (insideHost || message.IsChange && Stopwatch.GetElapsedTime(flushed) < Pause)
            {
                Arm();
                return;
            }
        }
        Flush();
    }

    /// <summary>Has what is shown during an action go to another host.</summary>
    /// <param name="other">Makes it of the one that stands behind.</param>
    /// <param name="action">The action.</param>
    public void Divert(Func<ICellHost, ICellHost> other, Action action)
    {
        ICellHost before;
        lock (hostGate)
        {
            Drain();
            (before, host) = (host, other(host));
        }
        try
        {
            action();
        }
        finally
        {
            lock (hostGate)
            {
                Drain();
                host = before;
            }
        }
    }

    public string? ReadLine(string prompt, bool password)
    {
        Flush();
        return host.ReadLine(prompt, password);
    }

    /// <summary>What to say where the host has nobody to ask.</summary>
    public static string NobodyToAsk(string prompt) =>
        $"'{prompt}' is asked for, and nobody is there to answer; give it to the run as --input \"{prompt}=VALUE\"";

    /// <summary>Hands everything that waits to the host, in order.</summary>
    public void Flush()
    {
        lock (hostGate) Drain();
    }

    /// <summary>Sends what waits and drops whatever comes later.</summary>
    public void Close()
    {
        Flush();
        lock (queueGate)
        {
            closed = true;
            queue.Clear();
        }
    }

    private void Send(Item item)
    {
        lock (queueGate)
        {
            if (closed) return;
            queue.Add(item);
        }
        Flush();
    }

    private void Arm()
    {
        if (armed) return;
        armed = true;
        timer.Change(Pause, Timeout.InfiniteTimeSpan);
    }

    // A writer that outruns the host sends for itself. It waits only so long for a host call under way: the host may
    // itself be waiting for a console lock that this writer holds.
    private void Relieve()
    {
        if (!Monitor.TryEnter(hostGate, waiting > HardLimit ? 200 : 0)) return;
        try
        {
            Drain();
        }
        finally
        {
            Monitor.Exit(hostGate);
        }
    }

    private void Drain()
    {
        List<Item> items;
        lock (queueGate)
        {
            armed = false;
            flushed = Stopwatch.GetTimestamp();
            if (queue.Count == 0) return;
            (items, queue, waiting) = (queue, [], 0);
        }
        var before = insideHost;
        insideHost = true;
        try
        {
            foreach (var item in items) Deliver(item);
        }
        catch (Exception failure)
        {
            HostConsole.Error.WriteLine($"an output was lost, its host failed: {failure.Message}");
        }
        finally
        {
            insideHost = before;
        }
    }

    private void Deliver(Item item)
    {
        switch (item.Kind)
        {
            case Kind.Text:
                host.Write(item.Stream, item.Text!.ToString());
                break;
            case Kind.Result:
                host.Result(item.Bundle!);
                break;
            case Kind.Clear:
                host.Clear(item.Wait);
                break;
            case Kind.Comm:
                host.Comm(item.Comm!);
                break;
            default:
                host.Display(item.Bundle!, item.Id!, item.Kind == Kind.Update);
                break;
        }
    }

    private sealed record Item(Kind Kind)
    {
        public OutputStream Stream { get; init; }

        public StringBuilder? Text { get; init; }

        public MimeBundle? Bundle { get; init; }

        public string? Id { get; init; }

        public bool Wait { get; init; }

        public CommMessage? Comm { get; init; }
    }
}
