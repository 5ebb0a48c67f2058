using System.Globalization;
using System.Runtime.InteropServices;
using W2S.Torch;

namespace W2S.Benchmarks;

/// <summary>Where and when figures were taken, to stand beside them.</summary>
internal sealed record Machine(string When, string System, string Processor, int Processors, int Threads,
    string VectorUnits, string? Gpu, string Versions)
{
    public static Machine Here(int threads) => new(
        DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC",
        RuntimeInformation.OSDescription, Line("model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount, threads, string.Join(" ", Flags), Graphics(), $"{TorchRuntime.Versions}");

    private static string[] Flags =>
        [.. (Line("flags") ?? "").Split(' ').Where(
            f => f is "avx2" or "avx512f" or "avx512_bf16" or "avx512_vnni" or "amx_bf16" or "amx_tile")];

    /// <summary>Resident memory of this process in MiB: now, and its peak so far.</summary>
    public static (double Now, double Peak) Memory()
    {
        if (File.Exists("/proc/self/status"))
        {
            var status = File.ReadAllLines("/proc/self/status");
            return (KiB("VmRSS") / 1024, KiB("VmHWM") / 1024);

            double KiB(string name) =>
                double.Parse(
                    status.First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(':')[1]
                        .Replace("kB", ""), CultureInfo.InvariantCulture);
        }
        using var process = global::System.Diagnostics.Process.GetCurrentProcess();
        return (process.WorkingSet64 / 1048576.0, process.PeakWorkingSet64 / 1048576.0);
    }

    public override string ToString() =>
        $"{When}; {Processor}, {Processors} processors ({VectorUnits}), {Threads} threads; "
        + $"{(Gpu is null ? "" : $"{Gpu}; ")}{Versions}";

    // NVIDIA's driver tells each card's name there.
    private static string? Graphics()
    {
        const string folder = "/proc/driver/nvidia/gpus";
        return Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder).SelectMany(
                card => File.ReadLines(Path.Combine(card, "information")))
                    .FirstOrDefault(line => line.StartsWith("Model:", StringComparison.Ordinal))?[6..].Trim()
            : null;
    }

    private static string? Line(string name) => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(
            line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        : null;
}
