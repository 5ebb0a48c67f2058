using System.Runtime.InteropServices;
using TorchSharp;

namespace W2S.Runs;

/// <summary>What a run was computed on: another processor, GPU or number of threads gives numbers that differ in their
/// last digits, and
/// trainings that differ by more.</summary>
/// <param name="Processor">Its model, for instance <c>AMD EPYC 9B14</c>.</param>
/// <param name="Gpu">The first GPU's model; null where libtorch sees none.</param>
/// <param name="Threads">Threads of one operation on the processor.</param>
internal sealed record RunMachine(string Processor, string? Gpu, int Threads)
{
    /// <summary>This one, with the threads in force on the calling thread.</summary>
    public static RunMachine Here => new(Model.Value, Card.Value, torch.get_num_threads());

    private static readonly Lazy<string> Model = new(() => Line("/proc/cpuinfo", "model name") ?? Registry()
        ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
        ?? RuntimeInformation.ProcessArchitecture.ToString());

    private static readonly Lazy<string?> Card = new(Graphics);

    /// <summary>A sentence for under a table whose runs are of different machines.</summary>
    /// <param name="runs">The runs that the table compares.</param>
    /// <returns>Null where all are of one machine, or none says of which; else which machines, and how many runs of
    /// each.</returns>
    public static string? Note(IEnumerable<RunResult> runs)
    {
        var machines = runs.GroupBy(run => run.Machine).OrderByDescending(group => group.Count()).ToArray();
        return machines.Length < 2 ? null : "Runs of different machines: "
            + string.Join(", ", machines.Select(
                group => $"{group.Count()} of {group.Key?.ToString() ?? "a machine that was not recorded"}"));
    }

    /// <summary>The machines of some runs, for a table's cell.</summary>
    public static string Names(IEnumerable<RunResult> runs) =>
        string.Join("; ", runs.Select(run => run.Machine?.ToString() ?? "not recorded").Distinct());

    /// <inheritdoc/>
    public override string ToString() =>
        Gpu is null ? $"{Processor} with {Threads} thread{(Threads == 1 ? "" : "s")}" : $"{Gpu} ({Processor})";

    // NVIDIA's driver tells each card's model there, on Linux; elsewhere libtorch only counts them.
    private static string? Graphics()
    {
        const string folder = "/proc/driver/nvidia/gpus";
        if (!torch.cuda.is_available())
            return OperatingSystem.IsMacOS() && torch.mps_is_available() ? "Apple GPU" : null;
        var cards = Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
        return cards.Order(StringComparer.Ordinal).Select(card => Line(Path.Combine(card, "information"), "Model"))
            .FirstOrDefault(model => model is not null) ?? "a CUDA GPU";
    }

    private static string? Registry()
    {
        if (!OperatingSystem.IsWindows()) return null;
        const string key = @"HKEY_LOCAL_MACHINE\HARDWARE\DESCRIPTION\System\CentralProcessor\0";
        return (Microsoft.Win32.Registry.GetValue(key, "ProcessorNameString", null) as string)?.Trim();
    }

    private static string? Line(string path, string name) => !File.Exists(path) ? null : File.ReadLines(path)
        .FirstOrDefault(
            line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains(':'))?.Split(':', 2)[1].Trim();
}
