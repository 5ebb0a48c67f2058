using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Torch;

/// <summary>Where tensors live, and by how many threads the CPU computes.</summary>
public static class Devices
{
    private static int? chosen;

    [ThreadStatic]
    private static bool alone;

    /// <summary>The fastest device there is: CUDA, else Apple's MPS, else the CPU.</summary>
    /// <returns>The device, to be given to trainers, extractors and models, and one sentence that says which it is and
    /// why.</returns>
    public static (Device Device, string Reason) Best()
    {
        UseThreads();
        if (cuda.is_available())
        {
            var count = cuda.device_count();
            return (new Device(DeviceType.CUDA, 0),
                $"CUDA: this libtorch sees {count} GPU{(count == 1 ? "" : "s")} and the first is used");
        }
        if (OperatingSystem.IsMacOS() && mps_is_available())
            return (new Device(DeviceType.MPS), "MPS: no CUDA here, and this Mac's GPU is available to libtorch");
        return (CPU, $"CPU with {get_num_threads()} threads: {WhyNoGpu()}");
    }

    /// <summary>Whether the processor multiplies bfloat16 by itself (AVX512_BF16 or AMX): <c>Precision.BFloat16</c> is
    /// faster there; without, libtorch emulates it, at half the speed of 32 bits. Null where nothing is known of
    /// it.</summary>
    public static bool? MultipliesBFloat16 { get; } = AsksTheProcessor();

    /// <summary>Sets the threads of a CPU operation.</summary>
    /// <param name="count">How many; null for the default unless another number was set before: one for each physical
    /// core that this process may use, or <c>OMP_NUM_THREADS</c> where that is set.</param>
    /// <returns>The number now in force.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not positive.</exception>
    /// <remarks>Results are the same bit for bit only for the same number of threads. Work done side by side, one piece
    /// a core, has one and keeps it.</remarks>
    public static int UseThreads(int? count = null)
    {
        if (count <= 0)
            throw new ArgumentOutOfRangeException(nameof(count), count,
                $"{count} threads cannot compute; give 1 or more");
        if (alone) return 1;
        var wanted = count ?? chosen ?? DefaultThreads();
        chosen = wanted;
        if (get_num_threads() != wanted) set_num_threads(wanted);
        return wanted;
    }

    /// <summary>Where losses and sums are computed for a run on a device: there, but on the CPU for MPS, which has no
    /// float64.</summary>
    internal static Device ForLosses(Device device) => device.type == DeviceType.MPS ? CPU : device;

    /// <summary>Sets the threads until disposed; null leaves them as <see cref="UseThreads"/> has them.</summary>
    internal static IDisposable Threads(int? count)
    {
        var before = UseThreads();
        UseThreads(count);
        return new Ending(() => UseThreads(before));
    }

    /// <summary>Computes with one thread on this thread until disposed: for work in pieces so small that handing them
    /// out costs more.</summary>
    internal static IDisposable OneThread()
    {
        if (chosen is null) UseThreads();
        var (outer, before) = (alone, get_num_threads());
        alone = true;
        if (before != 1) set_num_threads(1);
        return new Ending(() =>
        {
            alone = outer;
            if (before != 1) set_num_threads(before);
        });
    }

    // One for each physical core that the process may use: two on one core share its vector unit.
    private static int DefaultThreads()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("OMP_NUM_THREADS")?.Split(',')[0], out var wish)
            && wish > 0)
            return wish;
        // ProcessorCount knows of affinity and of a container's CPU limit.
        var usable = Environment.ProcessorCount;
        return PhysicalCores("/sys/devices/system/cpu") is { } cores and > 0 ? Math.Min(usable, cores) : usable;
    }

    // Leaf 7: AMX_BF16 is bit 22 of EDX. Its first sub-leaf: AVX512_BF16 is bit 5 of EAX; AVX_NE_CONVERT, bit 5 of EDX,
    // converts alone.
    private static bool? AsksTheProcessor()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7) return null;
        var (subleaves, _, _, features) = X86Base.CpuId(7, 0);
        var (more, _, _, convert) = subleaves >= 1 ? X86Base.CpuId(7, 1) : default;
        if (Has(features, 22) || Has(more, 5)) return true;
        return Has(convert, 5) ? null : false;

        static bool Has(int register, int bit) => (register >> bit & 1) == 1;
    }

    /// <summary>Physical cores by Linux's topology files; null elsewhere.</summary>
    internal static int? PhysicalCores(string folder)
    {
        try
        {
            var siblings = Directory.EnumerateDirectories(folder, "cpu*")
                .Select(cpu => Path.Combine(cpu, "topology", "thread_siblings_list"))
                .Where(File.Exists)
                .Select(File.ReadAllText)
                .ToHashSet();
            return siblings.Count > 0 ? siblings.Count : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string WhyNoGpu() => OperatingSystem.IsMacOS()
        ? "this libtorch offers no MPS device"
        : "this libtorch is built without CUDA, or finds no NVIDIA GPU and driver";
}
