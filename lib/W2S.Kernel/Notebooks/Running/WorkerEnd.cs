using System.Diagnostics;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>Says why a worker process ended while a cell ran.</summary>
internal static class WorkerEnd
{
    private const int Signal = 128; // exit codes above name a signal

    public static CellError Stopped { get; } = new(
        "Interrupted", "the cell was stopped",
        ["Interrupted: the cell was stopped; it did not end by itself, so its process was ended"])
    {
        Interrupted = true,
    };

    public static CellError Explain(Process process, RawOutput raw)
    {
        raw.Settle();
        var words = raw.Words();
        var code = process.HasExited ? process.ExitCode : -1;
        var reason = code switch
        {
            _ when words.Contains("Stack overflow", StringComparison.Ordinal) =>
                "a stack overflow ended the process; look for a method that calls itself without end",
            _ when words.Contains("Out of memory", StringComparison.Ordinal) =>
                "the process ran out of memory; use a smaller setting",
            _ when words.Contains("Unhandled exception", StringComparison.Ordinal) =>
                words.Replace("Unhandled exception.", "an exception that nothing caught ended the process:"),
            Signal + 9 =>
                "the process was killed (signal 9), most often because the machine ran out of memory; use a smaller "
                + "setting",
            Signal + 11 => "native code failed (signal 11) and ended the process",
            > Signal and < Signal + 32 => $"the process was ended by signal {code - Signal}",
            -1 => "the process closed its channel to the runner",
            _ => $"the cell ended its process with exit code {code}; a cell must not call Environment.Exit",
        };
        return new("ProcessEnded", reason, [$"ProcessEnded: {reason}"]) { EndedProcess = true };
    }
}
