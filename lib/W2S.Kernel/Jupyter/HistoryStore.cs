using System.Collections.Concurrent;
using System.IO.Enumeration;
using System.Text;
using System.Text.Json;

namespace W2S.Kernel.Jupyter;

/// <summary>A cell that ran.</summary>
/// <param name="Session">The kernel's run, from 1.</param>
/// <param name="Line">The cell's number within it, from 1; 0 marks the start of a run.</param>
/// <param name="Input">Its code.</param>
/// <param name="Output">The plain text of its value; null for none.</param>
internal sealed record HistoryEntry(int Session, int Line, string Input, string? Output);

/// <summary>The cells that ran in a notebook folder, in this run of the kernel and in earlier ones.</summary>
/// <remarks>
/// A file of JSON lines, one a cell, appended to by a thread of its own so that no cell waits for the disk. Lines that
/// cannot be read are passed over. Beyond 8 MB the older half is dropped at the next start.
/// </remarks>
internal sealed class HistoryStore : IDisposable
{
    private readonly string? file;
    private readonly KernelLog log;
    private readonly Lock gate = new();
    private readonly List<HistoryEntry> entries = [];
    private readonly BlockingCollection<HistoryEntry> unwritten = [];
    private readonly Thread? writer;
    private readonly long largest;
    private int session;

    /// <summary>Reads a folder's history and begins a new run in it.</summary>
    /// <param name="file">The file; null to keep the history in memory only.</param>
    /// <param name="log">Where trouble with the file is named.</param>
    /// <param name="largest">From how many bytes on the older half is dropped.</param>
    public HistoryStore(string? file, KernelLog log, long largest = 8 << 20)
    {
        this.largest = largest;
        this.file = file;
        this.log = log;
        session = 1;
        if (file is null)
            return;
        Guard(() => session = Open(file) + 1);
        writer = new Thread(WriteAll) { IsBackground = true, Name = "history" };
        writer.Start();
    }

    /// <summary>Adds a cell of this run.</summary>
    /// <param name="line">Its number.</param>
    /// <param name="input">Its code.</param>
    /// <param name="output">The plain text of its value; null for none.</param>
    public void Add(int line, string input, string? output)
    {
        var entry = new HistoryEntry(session, line, input, output);
        lock (gate)
            entries.Add(entry);
        if (writer is not null && !unwritten.IsAddingCompleted)
            unwritten.Add(entry);
    }

    /// <summary>The last cells.</summary>
    /// <param name="count">How many at most.</param>
    /// <returns>Them, oldest first.</returns>
    public IReadOnlyList<HistoryEntry> Tail(int count)
    {
        lock (gate)
            return [.. entries.TakeLast(Math.Max(0, count))];
    }

    /// <summary>The cells of one run.</summary>
    /// <param name="wanted">The run; 0 is this one, -1 the one before it.</param>
    /// <param name="start">The first number; null for 1.</param>
    /// <param name="stop">The number after the last; null for no end.</param>
    /// <returns>Them, oldest first.</returns>
    public IReadOnlyList<HistoryEntry> Range(int wanted, int? start, int? stop)
    {
        lock (gate)
        {
            var run = wanted > 0 ? wanted : session + wanted;
            return [.. entries.Where(
                entry => entry.Session == run && entry.Line >= (start ?? 1) && entry.Line < (stop ?? int.MaxValue))];
        }
    }

    /// <summary>The cells whose code matches a pattern.</summary>
    /// <param name="pattern">The pattern, with <c>*</c> and <c>?</c>, for the whole code.</param>
    /// <param name="count">How many at most, the youngest; null for all.</param>
    /// <param name="unique">True to give each code once, where it stands last.</param>
    /// <returns>Them, oldest first.</returns>
    public IReadOnlyList<HistoryEntry> Search(string pattern, int? count, bool unique)
    {
        lock (gate)
        {
            var found =
                entries.Where(entry => FileSystemName.MatchesSimpleExpression(pattern, entry.Input, ignoreCase: false));
            if (unique)
                found = found.Reverse().DistinctBy(entry => entry.Input).Reverse();
            return [.. found.TakeLast(Math.Max(0, count ?? int.MaxValue))];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        unwritten.CompleteAdding();
        writer?.Join(3000);
    }

    private int Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var stream = Lock(path);
        using (var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true))
        {
            while (reader.ReadLine() is { } line)
            {
                if (TryRead(line) is { } entry)
                    entries.Add(entry);
            }
        }
        var last = entries.Count == 0 ? 0 : entries.Max(entry => entry.Session);
        entries.RemoveAll(entry => entry.Line == 0);
        if (stream.Length > largest)
        {
            entries.RemoveRange(0, entries.Count / 2);
            stream.SetLength(0);
            foreach (var entry in entries)
                stream.Write(Line(entry));
        }
        stream.Seek(0, SeekOrigin.End);
        // so that a run beside this one takes another number
        stream.Write(Line(new HistoryEntry(last + 1, 0, "", null)));
        return last;
    }

    private void WriteAll()
    {
        foreach (var entry in unwritten.GetConsumingEnumerable())
        {
            Guard(() =>
            {
                using var stream = Lock(file!);
                stream.Seek(0, SeekOrigin.End);
                stream.Write(Line(entry));
            });
        }
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.Write($"the history '{file}' is not kept: {error.Message}");
        }
    }

    private static FileStream Lock(string path)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 100 && File.Exists(path))
            {
                Thread.Sleep(10); // another kernel of this folder writes
            }
        }
    }

    private static byte[] Line(HistoryEntry entry) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(
        new object?[] { entry.Session, entry.Line, entry.Input, entry.Output }) + "\n");

    private static HistoryEntry? TryRead(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            return new HistoryEntry(root[0].GetInt32(), root[1].GetInt32(), root[2].GetString() ?? "",
                root[3].GetString());
        }
        catch (Exception error)
            when (error is JsonException or InvalidOperationException or IndexOutOfRangeException or FormatException)
        {
            return null;
        }
    }
}
