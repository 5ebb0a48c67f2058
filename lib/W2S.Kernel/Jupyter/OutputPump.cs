using System.Diagnostics;
using System.Text;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Jupyter;

/// <summary>Gathers text, updates and clears of running cells and sends at most 20 such messages a second.</summary>
/// <remarks>
/// Nothing is lost: a writer that is faster than 4 Mi characters a message waits. An update replaces one of the same
/// display that still waits, and a clear drops what still waits of its cell, for neither would be seen; a clear that
/// waits for the next output drops it when there is more text. Displays, results, errors and the end of a cell send
/// first what waits, so that the order of a cell's outputs is kept. Only where text alternates between the two streams
/// more than 20 times before it can be sent is it joined to one message a stream.
/// </remarks>
internal sealed class OutputPump : IDisposable
{
    private const int LargestText = 4 << 20;
    private const int LongestQueue = 20;
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);

    private readonly Publisher publisher;
    private readonly object gate = new();
    private readonly Thread thread;
    private readonly List<Item> waiting = [];
    private int characters;
    private long due;
    private long allowed;
    private bool closed;

    private abstract record Item(MessageHeader Parent);

    private sealed record TextItem(MessageHeader Parent, OutputStream Stream, StringBuilder Text) : Item(Parent);

    private sealed record UpdateItem(MessageHeader Parent, string DisplayId, MimeBundle Bundle) : Item(Parent);

    private sealed record ClearItem(MessageHeader Parent, bool Wait) : Item(Parent);

    /// <summary>Starts the thread that sends.</summary>
    /// <param name="publisher">Where to send.</param>
    public OutputPump(Publisher publisher)
    {
        this.publisher = publisher;
        thread = new Thread(Run) { IsBackground = true, Name = "outputs" };
        thread.Start();
    }

    /// <summary>Adds text; waits where too much of it waits already.</summary>
    /// <param name="parent">The request that ran the cell.</param>
    /// <param name="stream">Which stream.</param>
    /// <param name="text">The text.</param>
    public void Write(MessageHeader parent, OutputStream stream, string text)
    {
        lock (gate)
        {
            for (var start = 0; start < text.Length;)
            {
                while (characters >= LargestText && !closed)
                    Monitor.Wait(gate);
                var part = Math.Min(text.Length - start, Math.Max(1, LargestText - characters));
                Builder(parent, stream).Append(text, start, part);
                start += part;
                characters += part;
                Arm();
            }
        }
    }

    /// <summary>Replaces a display.</summary>
    /// <param name="parent">The request that ran the cell.</param>
    /// <param name="displayId">The display.</param>
    /// <param name="bundle">Its new value.</param>
    public void Update(MessageHeader parent, string displayId, MimeBundle bundle)
    {
        lock (gate)
        {
            waiting.RemoveAll(item => item is UpdateItem update && update.DisplayId == displayId);
            waiting.Add(new UpdateItem(parent, displayId, bundle));
            Arm();
        }
    }

    /// <summary>Removes a cell's outputs.</summary>
    /// <param name="parent">The request that ran it.</param>
    /// <param name="wait">True to wait for the next output.</param>
    public void Clear(MessageHeader parent, bool wait)
    {
        lock (gate)
        {
            if (wait && LastVisible(parent) is ClearItem)
                return; // nothing came since
            if (!wait)
                Drop(parent);
            waiting.Add(new ClearItem(parent, wait));
            Arm();
        }
    }

    /// <summary>Sends what waits, then does something, with nothing in between.</summary>
    /// <param name="then">What; null for nothing.</param>
    public void Flush(Action? then = null)
    {
        lock (gate)
        {
            SendWaiting(whole: true);
            then?.Invoke();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            SendWaiting(whole: true);
            closed = true;
            Monitor.PulseAll(gate);
        }
        if (Thread.CurrentThread != thread)
            thread.Join(1000);
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private StringBuilder Builder(MessageHeader parent, OutputStream stream)
    {
        if (waiting is [.., TextItem last] && last.Stream == stream && last.Parent == parent)
            return last.Text;
        if (LastVisible(parent) is ClearItem clear)
        {
            Drop(parent);
            waiting.Add(clear);
        }
        if (waiting.Count >= LongestQueue)
            Join(parent);
        if (waiting.Count >= LongestQueue
            && waiting.FindLast(
                item => item is TextItem text && text.Stream == stream && text.Parent == parent) is TextItem same)
            return same.Text;
        var added = new TextItem(parent, stream, new StringBuilder());
        waiting.Add(added);
        return added.Text;
    }

    // An update is no output of its own: it neither ends a clear's wait nor is cleared.
    private Item? LastVisible(MessageHeader parent) =>
        waiting.FindLast(item => item.Parent == parent && item is not UpdateItem);

    private void Drop(MessageHeader parent)
    {
        waiting.RemoveAll(item => item.Parent == parent && item is not UpdateItem);
        characters = waiting.OfType<TextItem>().Sum(item => item.Text.Length);
    }

    private void Join(MessageHeader parent)
    {
        foreach (var stream in Enum.GetValues<OutputStream>())
        {
            var texts =
                waiting.OfType<TextItem>().Where(item => item.Stream == stream && item.Parent == parent).ToList();
            foreach (var text in texts.Skip(1))
            {
                texts[0].Text.Append(text.Text);
                waiting.Remove(text);
            }
        }
    }

    private void Arm()
    {
        if (due == 0)
        {
            due = Math.Max(Stopwatch.GetTimestamp() + Ticks(Gathering), allowed);
            Monitor.PulseAll(gate);
        }
    }

    private void SendWaiting(bool whole)
    {
        due = 0;
        if (waiting.Count == 0)
            return;
        var sent = waiting.ToList();
        waiting.Clear();
        characters = 0;
        foreach (var item in sent)
        {
            switch (item)
            {
                case TextItem text:
                    Send(text, whole || item != sent[^1]);
                    break;
                case UpdateItem update:
                    publisher.Display(update.Parent, update.Bundle, update.DisplayId, update: true);
                    break;
                case ClearItem clear:
                    publisher.Clear(clear.Parent, clear.Wait);
                    break;
            }
        }
        allowed = Stopwatch.GetTimestamp() + Ticks(Spacing) * sent.Count;
        Monitor.PulseAll(gate);
    }

    private void Send(TextItem item, bool whole)
    {
        // Half of a surrogate pair waits for its other half.
        var text = item.Text;
        var held = !whole && text.Length > 0 && char.IsHighSurrogate(text[^1]) ? text[^1].ToString() : "";
        var ready = text.ToString(0, text.Length - held.Length);
        if (ready.Length > 0)
            publisher.Stream(item.Parent, item.Stream, ready);
        if (held.Length > 0)
        {
            waiting.Add(new TextItem(item.Parent, item.Stream, new StringBuilder(held)));
            characters = held.Length;
        }
    }

    private void Run()
    {
        lock (gate)
        {
            while (!closed)
            {
                var now = Stopwatch.GetTimestamp();
                if (due == 0)
                    Monitor.Wait(gate);
                else if (due > now)
                    Monitor.Wait(gate,
                        TimeSpan.FromSeconds((double)(due - now) / Stopwatch.Frequency) + TimeSpan.FromMilliseconds(1));
                else
                    SendWaiting(whole: false);
            }
        }
    }
}
