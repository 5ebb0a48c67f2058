using System.Diagnostics;
using System.Text;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Notebooks;

/// <summary>
/// What the worker process writes past its session: native code, and the runtime's own last words. It joins the running
/// cell's output, up to a limit.
/// </summary>
internal sealed class RawOutput
{
    private const int Limit = 20_000; // characters a cell: a stack overflow's own listing has no end
    private readonly StringBuilder errors = new();
    private readonly Task[] readers;
    private readonly Lock gate = new();
    private ICellHost? host;
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
            errors.Clear();
        }
    }

    /// <summary>Waits a moment for text that is under way from an ended process.</summary>
    public void Settle() => Task.WaitAll(readers, TimeSpan.FromMilliseconds(500));

    /// <summary>The first lines that went to standard error since the cell began, in one line.</summary>
    public string Tail()
    {
        lock (gate)
            return string.Join(" ", errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(3)).Trim();
    }

    private async Task ReadAsync(StreamReader reader, OutputStream stream)
    {
        var buffer = new char[4096];
        int count;
        while ((count = await reader.ReadAsync(buffer)) > 0)
        {
            lock (gate)
            {
                if (stream == OutputStream.Error && errors.Length < Limit)
                    errors.Append(buffer, 0, count);
                if (host is null || budget <= 0)
                    continue;
                var kept = Math.Min(budget, count);
                budget -= kept;
                host.Write(stream, new string(buffer, 0, kept) + (budget == 0 ? "\n… (more was left out)\n" : ""));
            }
        }
    }
}
