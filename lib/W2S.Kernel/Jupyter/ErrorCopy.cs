using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;

namespace W2S.Kernel.Jupyter;

/// <summary>Copies what this process writes to standard error into a file, by a process that outlives it.</summary>
/// <remarks>
/// A stack overflow leaves no moment to note it: the runtime names it on standard error and aborts. So standard error
/// goes through <c>tee</c>, which sends it on to where it went before and ends with the kernel. Windows has no such
/// tool; there the next start says that the kernel ended in the cell, without the reason.
/// </remarks>
internal static partial class ErrorCopy
{
    private const int StandardError = 2;

    /// <summary>Begins to copy.</summary>
    /// <param name="file">The file.</param>
    /// <param name="log">Where trouble is named.</param>
    public static void Begin(string file, KernelLog log)
    {
        if (OperatingSystem.IsWindows() || !File.Exists("/bin/sh"))
            return;
        try
        {
            var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
            // A Ctrl-C meant for the kernel must not end the copy.
            foreach (var argument in new[] { "-c", "trap '' INT TERM; exec tee \"$0\" >&2", file })
                start.ArgumentList.Add(argument);
            using var tee = Process.Start(start)!;
            var pipe = ((PipeStream)tee.StandardInput.BaseStream).SafePipeHandle;
            if (Duplicate((int)pipe.DangerousGetHandle(), StandardError) < 0)
                log.Write($"standard error is not copied: error {Marshal.GetLastPInvokeError()}");
            pipe.Close();
        }
        catch (Exception error)
            when (error is System.ComponentModel.Win32Exception or InvalidCastException or IOException)
        {
            log.Write($"standard error is not copied: {error.Message}");
        }
    }

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int from, int to);
}
