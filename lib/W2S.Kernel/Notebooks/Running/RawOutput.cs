using System.Diagnostics;
using System.Text;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>
/// What the worker process writes past its session: native code, and the runtime's own last words. It joins the running
/// cell's output, up to a limit.
/// </summary>
/// <remarks>It comes by other ways than the cell's own messages: a line in both streams marks where a cell
/// ended.</remarks>
internal sealed class RawOutput
{
    private const int Limit = 20_000; // characters a cell: a stack overflow's own listing has no end

    // Frames of the runtime's last words that say nothing of the notebook.
    private static readonly string[] Machinery =
        ["   at Microsoft.CodeAnalysis.", "   at System.Runtime.CompilerServices.", "   at W2S.Kernel.",
            "   at Program."];

    private readonly StringBuilder errors = new();
    private readonly string mark;
    private readonly SemaphoreSlim marks = new(0);
    private readonly Task[] readers;
    private readonly Lock gate = new();
    private ICellHost? host;
    private string previous = "";
    private int budget;

    /// <summary>Begins to read.</summary>
    /// <param name="process">The worker process.</param>
    /// <param name="mark">The line that it writes to both streams when a cell has ended.</param>
    public RawOutput(Process process, string mark)
    {
        this.mark = mark;
        readers =
        [
            Task.Run(() => ReadAsync(process.StandardOutput, OutputStream.Out)),
            Task.Run(() => ReadAsync(process.StandardError, OutputStream.Error)),
        ];
    }

    public void Redirect(ICellHost cell)
    {
        lock (gate)
        {
            (host, budget) = (cell, Limit);
            previous = errors.Length > 0 ? errors.ToString() : previous;
            errors.Clear();
        }
        while (marks.Wait(0))
        {
            // an earlier cell's mark that came too late
        }
    }

    /// <summary>Waits until what a cell wrote before its end is among its outputs, half a second at most a
    /// stream.</summary>
    public async Task CellEndedAsync()
    {
        foreach (var _ in readers)
            await marks.WaitAsync(TimeSpan.FromMilliseconds(500));
    }

    /// <summary>Waits a moment for text that is under way from an ended process.</summary>
    public void Settle() => Task.WaitAll(readers, TimeSpan.FromMilliseconds(500));

    /// <summary>The first line that went to standard error since the cell began, or else before that.</summary>
    public string Words()
    {
        lock (gate)
        {
            var text = errors.Length > 0 ? errors.ToString() : previous;
            return text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .FirstOrDefault() ?? "";
        }
    }

    private async Task ReadAsync(StreamReader reader, OutputStream stream)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            var marked = line.EndsWith(mark, StringComparison.Ordinal);
            if (!marked)
                Take(stream, line + "\n");
            else if (line.Length > mark.Length)
                Take(stream, line[..^mark.Length]); // a last line without its end
            if (marked)
                marks.Release();
        }
    }

    private void Take(OutputStream stream, string text)
    {
        lock (gate)
        {
            if (stream == OutputStream.Error && errors.Length < Limit)
                errors.Append(text);
            if (host is null || budget <= 0 || Machinery.Any(name => text.StartsWith(name, StringComparison.Ordinal)))
                return;
            budget -= text.Length;
            host.Write(stream, text + (budget <= 0 ? "… (more was left out)\n" : ""));
        }
    }
}
