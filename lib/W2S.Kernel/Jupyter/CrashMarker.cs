using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace W2S.Kernel.Jupyter;

/// <summary>A note of the cell that runs, on disk, so that the next start can say which cell ended the kernel and
/// why.</summary>
/// <remarks>
/// Two files a process: the note, and a copy of what the process wrote to standard error, where the runtime names a
/// stack overflow. Both go when the kernel ends as asked.
/// </remarks>
internal sealed class CrashMarker : IDisposable
{
    private readonly Lock gate = new();
    private readonly FileStream? note;
    private int? cell;
    private string code = "";

    /// <summary>Keeps no note.</summary>
    public CrashMarker()
    {
    }

    /// <summary>Reads what became of the kernels before and begins a note.</summary>
    /// <param name="folder">Where notes are kept.</param>
    /// <param name="name">Stands for the notebook folder.</param>
    public CrashMarker(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        Notice = Collect(folder, name);
        var path = Path.Combine(folder, $"{name}-{Environment.ProcessId}");
        ErrorCopy = path + ".err";
        File.Delete(ErrorCopy);
        note = new FileStream(path + ".json", FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>What became of the kernel that ran in this folder before; null where it ended as asked.</summary>
    public string? Notice { get; }

    /// <summary>Where the copy of standard error belongs; null where none is kept.</summary>
    public string? ErrorCopy { get; }

    /// <summary>Notes that a cell runs.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="text">Its code.</param>
    public void Enter(int number, string text)
    {
        lock (gate)
        {
            (cell, code) = (number, text.Trim().Split('\n', 2)[0].Trim());
            Write(null);
        }
    }

    /// <summary>Notes that it ended.</summary>
    public void Leave()
    {
        lock (gate)
        {
            cell = null;
            note?.SetLength(0);
        }
    }

    /// <summary>Notes why the process ends while a cell runs.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>The cell and the reason in one line; null where no cell runs.</returns>
    public string? Fail(string reason)
    {
        lock (gate)
        {
            if (cell is null)
                return null;
            Write(reason);
            return $"{Where(cell.Value, code)}: {reason}";
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            if (note is null || !note.CanWrite)
                return;
            note.Dispose();
            File.Delete(note.Name);
            File.Delete(ErrorCopy!);
        }
    }

    private static string Where(int number, string firstLine) =>
        $"cell [{number}] ({(firstLine.Length > 60 ? firstLine[..60] + "…" : firstLine)})";

    private void Write(string? reason)
    {
        if (note is null)
            return;
        var json = JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject { ["cell"] = cell, ["code"] = code, ["reason"] = reason });
        note.SetLength(0);
        note.Position = 0;
        note.Write(json);
    }

    private static string? Collect(string folder, string name)
    {
        string? notice = null;
        foreach (var path in Directory.EnumerateFiles(folder, name + "-*.json").OrderBy(File.GetLastWriteTimeUtc)
            .ToList())
        {
            var id = Path.GetFileNameWithoutExtension(path)[(name.Length + 1)..];
            if (!int.TryParse(id, out var process) || IsAlive(process, path))
                continue;
            var copy = Path.ChangeExtension(path, ".err");
            notice = Explain(File.ReadAllText(path), File.Exists(copy) ? LastWords(copy) : "") ?? notice;
            File.Delete(path);
            File.Delete(copy);
        }
        return notice;
    }

    private static bool IsAlive(int id, string path)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            // Another process may have the number by now: then it began after the note's last change.
            return !process.HasExited && id != Environment.ProcessId
                && process.StartTime.ToUniversalTime() < File.GetLastWriteTimeUtc(path).AddSeconds(1);
        }
        catch (Exception error)
            when (error is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static string? Explain(string json, string lastWords)
    {
        JsonNode? read = null;
        try
        {
            read = json.Length == 0 ? null : JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            // Cut off while it was written; the last words may still tell.
        }
        var reason = read?["reason"]?.GetValue<string>();
        if (read is null && lastWords.Length == 0)
            return null;
        var where = read is null ? "between two cells"
            : $"while {Where(read["cell"]!.GetValue<int>(), read["code"]!.GetValue<string>())} ran";
        return $"The kernel that ran in this folder before ended {where}: "
            + (reason ?? (lastWords.Length > 0 ? lastWords : "it was killed from outside, or memory ran out."));
    }

    private static string LastWords(string path)
    {
        string[] openings = ["Stack overflow", "Fatal error", "Unhandled exception", "Process terminated",
            "Out of memory"];
        var lines = new List<string>();
        using var reader = new StreamReader(path);
        while (lines.Count < 6 && reader.ReadLine() is { } line)
        {
            if (lines.Count > 0 || openings.Any(opening => line.StartsWith(opening, StringComparison.Ordinal)))
                lines.Add(line.TrimEnd());
        }
        return string.Join("\n", lines);
    }
}
