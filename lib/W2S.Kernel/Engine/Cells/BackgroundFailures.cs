using System.Runtime.ExceptionServices;
using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Engine.Cells;

/// <summary>Keeps the process alive when code that a cell left running on another thread throws, and says so.</summary>
internal static class BackgroundFailures
{
    private static int watching;

    public static void Watch()
    {
        if (Interlocked.Exchange(ref watching, 1) != 0) return;
        try
        {
            ExceptionHandling.SetUnhandledExceptionHandler(Report);
        }
        catch (InvalidOperationException)
        {
            // the process around the engine has a handler of its own
        }
    }

    private static bool Report(Exception failure)
    {
        if (CellContext.Current is not { } cell)
        {
            HostConsole.Error.WriteLine($"Unhandled exception in a background thread: {failure}");
            return true;
        }
        var error = ExceptionReport.Describe(failure, cell.Source);
        var text = $"Unhandled exception in a background thread: "
            + $"{string.Join(Environment.NewLine, error.Traceback)}{Environment.NewLine}";
        cell.Output.Write(OutputStream.Error, text);
        return true;
    }
}
