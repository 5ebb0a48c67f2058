using System.Diagnostics;
using System.Runtime.InteropServices;

namespace W2S;

/// <summary>The process settings that keep a training run's memory flat, made once and in this one place.</summary>
/// <remarks>
/// Two things let the memory of a long run grow. Large blocks that go back to the system after every step cost page faults and
/// leave the heap in pieces: glibc is told to keep them. And native objects that only a finalizer frees (TorchSharp's implicit
/// scalars) pin the heap between the blocks: the youngest generation is collected a few times a second while a loop runs.
/// On other C libraries and systems the first part has nothing to do.
/// </remarks>
public static class MemoryRegime
{
    private static readonly Lock Gate = new();
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static bool applied;
    private static long last;

    /// <summary>Whether the C library took the settings; false on other systems than Linux with glibc, or before <see cref="Apply"/>.</summary>
    public static bool KeepsFreedMemory { get; private set; }

    /// <summary>Makes the settings, unless that is done already.</summary>
    public static void Apply()
    {
        lock (Gate)
        {
            if (applied) return;
            applied = true;
            KeepsFreedMemory = OperatingSystem.IsLinux() && TellAllocator();
        }
    }

    /// <summary>Frees what waits for a finalizer, unless that was done within the last 50 ms; a loop calls it after every step.</summary>
    public static void Breathe()
    {
        var now = Stopwatch.GetTimestamp();
        var then = Volatile.Read(ref last);
        if (Stopwatch.GetElapsedTime(then, now) < Pause || Interlocked.CompareExchange(ref last, now, then) != then) return;
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        GC.WaitForPendingFinalizers();
    }

    // Serve from the heap up to 1 GiB (32 MiB where the C library allows no more), never trim, grow by 64 MiB.
    private static bool TellAllocator()
    {
        const int trimThreshold = -1, topPad = -2, mmapThreshold = -3;
        try
        {
            var taken = mallopt(mmapThreshold, 1 << 30) != 0 || mallopt(mmapThreshold, 32 << 20) != 0;
            return taken & mallopt(trimThreshold, int.MaxValue) != 0 & mallopt(topPad, 64 << 20) != 0;
        }
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            return false; // another C library: nothing to tell it
        }
    }

    [DllImport("libc", ExactSpelling = true)]
    private static extern int mallopt(int parameter, int value);
}
