using System.Diagnostics;
using System.Runtime.InteropServices;

namespace W2S.Torch;

/// <summary>The process settings that keep a training run's memory flat and its threads polite, made once, by
/// <see cref="TorchRuntime.Start"/>, and in this one place.</summary>
/// <remarks>
/// <para>Memory. Large blocks that go back to the system after every step cost page faults and leave the heap in
/// pieces: glibc is told to keep them. And native objects that only a finalizer frees (TorchSharp's implicit scalars)
/// pin the heap between the blocks: the youngest generation is collected a few times a second while a loop runs. Best
/// fit leaves holes that were written once and fit nothing since; every 20 seconds what is free goes back to the
/// system, and a step takes again what it needs.</para>
/// <para>Threads. GNU's OpenMP threads spin while they wait for each other. Where other programs want the same cores,
/// that slows everybody down many times over, so they spin a short while and then sleep, unless <c>OMP_WAIT_POLICY</c>
/// or
/// <c>GOMP_SPINCOUNT</c> say otherwise.</para>
/// <para>On other systems and C libraries there is nothing to set, and nothing is called.</para>
/// </remarks>
internal static class ProcessSettings
{
    private const string Spins = "10000"; // about as long as the pause between two operations of a network
    private static readonly Lazy<bool> Made = new(Make);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50), FirstTrim = TimeSpan.FromSeconds(2),
        TrimEvery = TimeSpan.FromSeconds(20);
    private static long last, nextTrim;

    /// <summary>Whether the C library keeps freed memory as told; false on other systems than Linux with glibc, or
    /// before
    /// <see cref="TorchRuntime.Start"/>.</summary>
    public static bool KeepsFreedMemory => Made is { IsValueCreated: true, Value: true };

    /// <summary>Makes the settings, unless that is done already. Those of the threads must come before libtorch is
    /// loaded.</summary>
    public static void Apply() => _ = Made.Value;

    /// <summary>Frees what waits for a finalizer, unless that was done within the last 50 ms, and gives the heap's
    /// holes back every 20 s; a loop calls it after every step.</summary>
    public static void ReleaseMemory()
    {
        var now = Stopwatch.GetTimestamp();
        var then = Volatile.Read(ref last);
        if (Stopwatch.GetElapsedTime(then, now) < Pause || Interlocked.CompareExchange(ref last, now, then) != then)
            return;
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        GC.WaitForPendingFinalizers();
        if (KeepsFreedMemory) Trim(now);
    }

    // A trim and the page faults after it cost some 60 ms: 0.3 % of 20 s.
    private static void Trim(long now)
    {
        if (nextTrim == 0) nextTrim = now + Ticks(FirstTrim);
        if (now < nextTrim) return;
        GiveBack();
        nextTrim = now + Ticks(TrimEvery);

        static long Ticks(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);
    }

    /// <summary>Gives what the C library's heap holds and nobody uses back to the system; only where
    /// <see cref="KeepsFreedMemory"/>.</summary>
    public static void GiveBack() => _ = malloc_trim(0);

    private static bool Make()
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null) setenv("GOMP_SPINCOUNT", Spins, 0);
            return TellAllocator();
        }
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            return false; // another C library: nothing to tell it
        }
    }

    // Serve from the heap up to 1 GiB (32 MiB where the C library allows no more), never trim by itself, grow by 64
    // MiB.
    private static bool TellAllocator()
    {
        const int trimThreshold = -1, topPad = -2, mmapThreshold = -3;
        var taken = mallopt(mmapThreshold, 1 << 30) != 0 || mallopt(mmapThreshold, 32 << 20) != 0;
        return taken & mallopt(trimThreshold, int.MaxValue) != 0 & mallopt(topPad, 64 << 20) != 0;
    }

    [DllImport("libc", ExactSpelling = true)]
    private static extern int mallopt(int parameter, int value);

    [DllImport("libc", ExactSpelling = true)]
    private static extern int malloc_trim(nuint pad);

    [DllImport("libc", ExactSpelling = true)]
    private static extern int setenv(string name, string value, int overwrite);
}
