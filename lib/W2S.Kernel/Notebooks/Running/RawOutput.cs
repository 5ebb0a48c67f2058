using System.Diagnostics;
using System.Text;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>
/// What the worker process writes past its session: native code, and the runtime's own last words. It joins the running
/// cell's output, up to a limit.
/// </summary>
internal sealed class RawOutput
{
    private const int Limit = 20_000; // characters a cell: a stack overflow's own listing has no end

    // Frames of the runtime's last words that say nothing of the notebook.
    private static readonly string[] Machinery =
        ["   at Microsoft.CodeAnalysis.", "   at System.Runtime.CompilerServices.", "   at W2S.Kernel.", "   at Program."];

    private readonly StringBuilder errors = new();
    private readonly Task[] readers;
    private readonly Lock gate = new();
    private ICellHost? host;
    private string previous = "";
    private int budget;

    public RawOutput(Process process)
    {
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
    }

    /// <summary>Waits a moment for text that is under way from an ended process.</summary>
    public void Settle() => Task.WaitAll(readers, TimeSpan.FromMilliseconds(500));

    /// <summary>The first line that went to standard error since the cell began, or else before that.</summary>
    public string Words()
    {
        lock (gate)
        {
            var text = errors.Length > 0 ? errors.ToString() : previous;
            return text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "";
        }
    }

    private async Task ReadAsync(StreamReader reader, OutputStream stream)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (gate)
            {
                if (stream == OutputStream.Error && errors.Length < Limit)
                    errors.Append(line).Append('\n');
                if (host is null || budget <= 0 || Machinery.Any(name => line.StartsWith(name, StringComparison.Ordinal)))
                    continue;
                budget -= line.Length + 1;
                host.Write(stream, line + (budget <= 0 ? "\n… (more was left out)\n" : "\n"));
            }
        }
    }
}
