using System.ComponentModel;
using System.Diagnostics;

namespace W2S.Kernel.Engine.Cells;

/// <summary>Runs the shell parts of a cell: output as it comes, ended with all its children when the cell is
/// stopped.</summary>
internal static class ShellRunner
{
    /// <summary>Runs a script.</summary>
    /// <param name="shell"><c>bash</c> or <c>pwsh</c>.</param>
    /// <param name="part">The script.</param>
    /// <param name="source">Where it stands.</param>
    /// <param name="cell">The cell that runs.</param>
    /// <exception cref="CellFailure">There is no such shell, or it ended with an error.</exception>
    public static async Task RunAsync(string shell, CellPart part, CellSource source, CellContext cell)
    {
        var token = cell.TakeToken();
        using var process = Start(shell, part, source);
        process.StandardInput.Close();
        var copies = Task.WhenAll(
            CopyAsync(process.StandardOutput, cell, OutputStream.Out),
            CopyAsync(process.StandardError, cell, OutputStream.Error));
        try
        {
            await process.WaitForExitAsync(token);
            // what the script left in the background may keep its output open
            await Task.WhenAny(copies, Task.Delay(500, token));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit(1000); // gone, and not only sent for, when the cell is said to be stopped
            throw;
        }
        if (process.ExitCode != 0)
        {
            throw CellFailure.At(source, part.Line, "ShellError", $"{shell} ended with exit code {process.ExitCode}");
        }
    }

    private static Process Start(string shell, CellPart part, CellSource source)
    {
        var start = new ProcessStartInfo(shell)
        {
            WorkingDirectory = source.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in shell == "bash" ? (string[])["-c", part.Code]
            : ["-NoProfile", "-NonInteractive", "-Command", part.Code])
        {
            start.ArgumentList.Add(argument);
        }
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            throw CellFailure.At(source, part.Line, "ShellError", $"there is no {shell} on this machine's path");
        }
    }

    private static async Task CopyAsync(StreamReader reader, CellContext cell, OutputStream stream)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is var read and > 0) cell.Output.Write(stream, buffer.AsSpan(0, read));
    }
}
