using System.Text;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Tests.Engine;

/// <summary>Keeps what a cell sent, as a list in order and as totals.</summary>
internal sealed class RecordingHost : ICellHost
{
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();
    private int inside;

    public List<Event> Events { get; } = [];

    public Queue<string> Input { get; } = new();

    /// <summary>What is typed where nothing may be shown: asked for as a password alone.</summary>
    public Queue<string> Passwords { get; } = new();

    public string Out => Locked(output.ToString);

    public string Error => Locked(error.ToString);

    public MimeBundle? LastResult => Locked(() => Events.LastOrDefault(item => item.Kind == "result")?.Bundle);

    public string? Plain => LastResult?["text/plain"].GetValue<string>();

    public IReadOnlyList<Event> Displays =>
        Locked(() => Events.Where(item => item.Kind is "display" or "update").ToList());

    public bool Overlapped { get; private set; }

    /// <summary>True where a front end with widgets is played.</summary>
    public bool TakesComms { get; init; }

    public Action? OnWrite { get; init; }

    public void Write(OutputStream stream, string text) => Add(new("text") { Text = text, Stream = stream }, () =>
    {
        (stream == OutputStream.Out ? output : error).Append(text);
        OnWrite?.Invoke();
    });

    public void Display(MimeBundle bundle, string displayId, bool update) =>
        Add(new(update ? "update" : "display") { Bundle = bundle, Id = displayId });

    public void Result(MimeBundle bundle) => Add(new("result") { Bundle = bundle });

    public void Clear(bool wait) => Add(new("clear"));

    public void Comm(CommMessage message) => Add(new("comm") { Comm = message });

    public string? ReadLine(string prompt, bool password)
    {
        Add(new("input") { Text = prompt });
        return (password ? Passwords : Input).TryDequeue(out var line) ? line : null;
    }

    private void Add(Event item, Action? more = null)
    {
        if (Interlocked.Increment(ref inside) > 1) Overlapped = true;
        lock (Events)
        {
            Events.Add(item);
            more?.Invoke();
        }
        Interlocked.Decrement(ref inside);
    }

    private T Locked<T>(Func<T> read)
    {
        lock (Events) return read();
    }

    internal sealed record Event(string Kind)
    {
        public string Text { get; init; } = "";

        public OutputStream Stream { get; init; }

        public MimeBundle? Bundle { get; init; }

        public string Id { get; init; } = "";

        public CommMessage? Comm { get; init; }
    }
}
