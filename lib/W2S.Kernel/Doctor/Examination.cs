using System.Diagnostics;
using System.Text;
using W2S.Kernel.Engine.Assemblies;
using W2S.Kernel.Jupyter;
using W2S.Kernel.Notebooks;

namespace W2S.Kernel.Doctor;

/// <summary>Looks for what the collection needs, one thing after the other.</summary>
/// <param name="root">The repository's folder.</param>
internal sealed class Examination(string root)
{
    // TorchSharp's native library asks for it, for the sake of one symbol that it can do without.
    private const string WantedRuntime = "GLIBCXX_3.4.32";

    private static readonly string[] RuntimeFolders =
        ["/usr/lib", "/usr/lib64", "/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];

    private string Output => Path.Combine(root, "lib", "W2S.Charts", "bin");

    /// <summary>All that is found.</summary>
    public IEnumerable<Finding> Findings()
    {
        yield return Sdk(Say("dotnet", "--version"));
        if (OperatingSystem.IsLinux()) yield return CppRuntime(RuntimeFiles().FirstOrDefault());
        yield return Libtorch();
        yield return Device(Say("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"));
        yield return Kernel(KernelInstaller.List(JupyterFolders.All()));
        yield return Data(Environment.GetEnvironmentVariable("W2S_DATA") is { Length: > 0 } named ? named
            : Path.Combine(root, "data"));
    }

    /// <summary>The .NET SDK by what it says of itself.</summary>
    public static Finding Sdk(string? version)
    {
        const string Cure = "install version 10 from https://dot.net/download";
        if (version is null) return new(".NET SDK", FindingState.Broken, "not found", Cure);
        return version.StartsWith("10.", StringComparison.Ordinal) ? new(".NET SDK", FindingState.Good, version)
            : new(".NET SDK", FindingState.Broken, $"{version} is not version 10", Cure);
    }

    /// <summary>The C++ runtime by its file.</summary>
    public static Finding CppRuntime(string? file)
    {
        const string Subject = "C++ runtime";
        if (file is null)
            return new(Subject, FindingState.Broken, "no libstdc++.so.6 was found", "install the package libstdc++6");
        return File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.ASCII.GetBytes(WantedRuntime)) >= 0
            ? new(Subject, FindingState.Good, $"{file} has {WantedRuntime}")
            : new(Subject, FindingState.Missing, $"{file} lacks {WantedRuntime}",
                "nothing: the library and the kernel do without; or install GCC 13's libstdc++");
    }

    /// <summary>libtorch in the library's output.</summary>
    public Finding Libtorch()
    {
        const string Subject = "libtorch";
        const string Cure = "run ./w2s build";
        var name = OperatingSystem.IsWindows() ? "LibTorchSharp.dll"
            : OperatingSystem.IsMacOS() ? "libLibTorchSharp.dylib" : "libLibTorchSharp.so";
        var file = Directory.Exists(Output)
            ? Directory.EnumerateFiles(Output, name, SearchOption.AllDirectories).FirstOrDefault() : null;
        if (file is null) return new(Subject, FindingState.Broken, "the library is not built", Cure);
        try
        {
            if (NamedLibtorch is { } named) NativeStore.OfferFolder(named);
            NativeStore.LoadFile(file);
            return new(Subject, FindingState.Good, HasCuda ? "loads; a CUDA build" : "loads; for the CPU");
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            return new(Subject, FindingState.Broken, failure.Message.ReplaceLineEndings(" ").Trim(), Cure);
        }
    }

    /// <summary>What trains: a GPU by its driver's words, else the processor.</summary>
    public Finding Device(string? gpus)
    {
        const string Subject = "device";
        var cores = $"{Environment.ProcessorCount} processor cores";
        if (gpus is null) return new(Subject, FindingState.Good, $"{cores}; no NVIDIA driver: trainings use the CPU");
        var each = gpus.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var found = string.Join("; ", each.Select(gpu => gpu.Replace(", ", ", driver ", StringComparison.Ordinal)));
        return HasCuda ? new(Subject, FindingState.Good, $"{found}; {cores}")
            : new(Subject, FindingState.Missing, $"{found}; {cores}; trainings use the CPU",
                "run ./w2s build --cuda, or name an installed libtorch of the same version in W2S_LIBTORCH");
    }

    /// <summary>The Jupyter kernel among those that are installed.</summary>
    public static Finding Kernel(IReadOnlyList<KernelSpec> installed)
    {
        const string Subject = "kernel";
        const string Cure = "run ./w2s kernel install";
        var found = installed.FirstOrDefault(spec => spec.Name == NotebookMetadata.KernelName);
        if (found is null)
            return new(Subject, FindingState.Missing, "not installed: ./w2s run works, Jupyter does not", Cure);
        return found.IsOurs ? new(Subject, FindingState.Good, $"{found.Name} in {found.Folder}")
            : new(Subject, FindingState.Missing, $"{found.Name} in {found.Folder} is another program's", Cure);
    }

    /// <summary>The data sets that were fetched.</summary>
    public static Finding Data(string folder)
    {
        const string Subject = "data";
        const string Cure = "run ./w2s data, which lists the sets and fetches those that it is given";
        var sets = Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder).Select(set => Path.GetFileName(set)!)
                .Where(set => !set.StartsWith('.')).Order(StringComparer.Ordinal).ToList() : [];
        return sets.Count > 0 ? new(Subject, FindingState.Good, $"{folder}: {string.Join(", ", sets)}")
            : new(Subject, FindingState.Missing, $"none in {folder}: pages use drawn shapes", Cure);
    }

    private static string? NamedLibtorch =>
        Environment.GetEnvironmentVariable("W2S_LIBTORCH") is { Length: > 0 } named ? named : null;

    private bool HasCuda => new[] { Output, NamedLibtorch }.OfType<string>().Where(Directory.Exists)
        .Any(folder => Directory.EnumerateFiles(folder, "*torch_cuda*", SearchOption.AllDirectories).Any());

    private static IEnumerable<string> RuntimeFiles() => RuntimeFolders.Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, "libstdc++.so.6")).Distinct();

    // The first line or lines that a program writes; null where it is not there or fails.
    private string? Say(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var text = process.StandardOutput.ReadToEndAsync();
            if (process.WaitForExit(10_000) && process.ExitCode == 0) return text.Result.Trim();
            process.Kill();
            return null;
        }
        catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return null;
        }
    }
}
