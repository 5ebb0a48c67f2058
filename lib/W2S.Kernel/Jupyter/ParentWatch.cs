using System.Runtime.InteropServices;

namespace W2S.Kernel.Jupyter;

/// <summary>Notices that the process that started the kernel has ended.</summary>
/// <remarks>
/// By looking twice a second: the kernel's own signal for it (PR_SET_PDEATHSIG) also comes when only the thread that
/// started the kernel ends, as a server's worker threads do. On Windows only a parent that <c>JPY_PARENT_PID</c> names,
/// as Jupyter's servers do, is watched.
/// </remarks>
internal static partial class ParentWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Begins to watch, on a thread of its own.</summary>
    /// <param name="gone">Called once, when the parent has ended.</param>
    public static void Begin(Action gone)
    {
        var named = long.TryParse(Environment.GetEnvironmentVariable("JPY_PARENT_PID"), out var id) && id > 1 ? id : 0;
        Func<bool> isGone;
        if (OperatingSystem.IsWindows())
        {
            if (named == 0)
                return;
            isGone = () => Wait((nint)named, 0) == 0; // there the variable holds a handle
        }
        else
        {
            var first = Parent();
            isGone = () =>
                Parent() != first
                    || (named != 0 && Kill((int)named, 0) != 0 && Marshal.GetLastPInvokeError() == NoSuchProcess);
        }
        new Thread(() =>
        {
            while (!isGone())
                Thread.Sleep(Interval);
            gone();
        })
        { IsBackground = true, Name = "parent" }.Start();
    }

    private const int NoSuchProcess = 3;

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int Parent();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);

    [LibraryImport("kernel32", EntryPoint = "WaitForSingleObject")]
    private static partial uint Wait(nint handle, uint milliseconds);
}
