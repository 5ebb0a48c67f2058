using System.Runtime.InteropServices;

namespace W2S.Kernel.Jupyter;

/// <summary>Has SIGINT reach this process even where whoever started it ignores that signal.</summary>
/// <remarks>
/// A shell has its background jobs ignore SIGINT; their children inherit that, and the runtime leaves it so. A kernel
/// of a notebook server that was started with <c>&amp;</c> could then not be interrupted by the signal.
/// </remarks>
internal static partial class InterruptSignal
{
    private const int Number = 2;
    private const int LargestAction = 512; // bytes of C's struct sigaction; its handler comes first
    private const nint Default = 0;
    private const nint Ignore = 1;

    /// <summary>Takes an inherited "ignore" back. To be called first of all: the runtime looks once, and
    /// remembers.</summary>
    public static void Restore()
    {
        if (OperatingSystem.IsWindows())
            return;
        Span<nint> action = stackalloc nint[LargestAction / sizeof(long)];
        if (Action(Number, 0, action) == 0 && action[0] == Ignore)
            _ = Signal(Number, Default);
    }

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int Action(int number, nint set, Span<nint> current);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int number, nint handler);
}
