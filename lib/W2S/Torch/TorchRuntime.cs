using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using TorchSharp;

namespace W2S.Torch;

/// <summary>Makes the process ready to compute: its settings, then libtorch from the library's own folder.</summary>
/// <remarks>
/// A program calls <see cref="Start"/> once, first; merely using a type of this library changes nothing in the process.
/// Without that call everything still computes wherever libtorch is found, but with the system's own settings for
/// memory and threads; and in a script host TorchSharp may search the package cache and copy half a gigabyte first. The
/// environment variable <c>W2S_LIBTORCH</c> may name a folder with another build of libtorch of the same version, for
/// instance one for CUDA; a library that it holds wins over the one here.
/// </remarks>
public static class TorchRuntime
{
    // Once, by whichever thread comes first; a failure is told to all of them.
    private static readonly Lazy<IReadOnlyList<string>> Natives = new(() => LoadFrom(Folders()));

    /// <summary>What computes, in one line: versions of this library, TorchSharp, libtorch and .NET, and CUDA with its
    /// devices or the CPU with its threads.</summary>
    /// <value>For instance <c>W2S 0.1.0 · TorchSharp 0.107.0 · libtorch 2.10.0 · .NET 10.0.1 · CPU, 2
    /// threads</c>.</value>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded.</exception>
    public static string Versions
    {
        get
        {
            Load();
            var device = torch.cuda.is_available() ? $"CUDA, {torch.cuda.device_count()} device(s)"
                : $"CPU, {torch.get_num_threads()} threads";
            return $"W2S {VersionOf(typeof(TorchRuntime).Assembly)} · TorchSharp {VersionOf(typeof(torch).Assembly)} · "
                + $"libtorch {Version.Parse(torch.__version__).ToString(3)} · .NET {Environment.Version} · {device}";
        }
    }

    /// <summary>The native files that were loaded, in order; empty where TorchSharp was left to find its own.</summary>
    internal static IReadOnlyList<string> NativeFiles => Natives.IsValueCreated ? Natives.Value : [];

    /// <summary>Makes the settings of <see cref="ProcessSettings"/> and loads libtorch, unless that is done
    /// already.</summary>
    /// <remarks>Any thread may call it, any number of times. Settings of threads count for a libtorch that is loaded
    /// after them.</remarks>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message is one line and names the
    /// cure.</exception>
    public static void Start()
    {
        ProcessSettings.Apply(); // before the threads of libtorch exist
        Load();
    }

    /// <summary>Loads libtorch unless that is done already, and leaves the process's settings alone.</summary>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message names the cure.</exception>
    internal static void Load() => _ = Natives.Value;

    /// <summary>Loads every library of libtorch that one of the folders holds, the first folder first.</summary>
    internal static IReadOnlyList<string> LoadFrom(IReadOnlyList<string> folders)
    {
        List<string> loaded = [];
        foreach (var name in (string[])["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch", "LibTorchSharp"])
        {
            var file = folders.Select(folder => Path.Combine(folder, FileName(name))).FirstOrDefault(File.Exists);
            if (file is null)
                continue;
            try
            {
                NativeLibrary.Load(file);
            }
            catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
            {
                if (!OlderCppRuntime.TryLoad(file, error.Message))
                    throw new DllNotFoundException(Explain(file, error.Message), error);
            }
            loaded.Add(file);
        }
        return loaded;
    }

    /// <summary>Turns the system loader's report into one line with the cure.</summary>
    internal static string Explain(string file, string report)
    {
        var name = Path.GetFileName(file);
        if (OlderCppRuntime.MissingVersion(report) is { } version)
        {
            return $"this system's C++ runtime is too old for {name}, which asks for {version}: "
                + "install libstdc++ of GCC 13 or newer";
        }
        var missing = Regex.Match(report, @"(\S+?\.(?:so|dylib|dll)[.\d]*): cannot open shared object file");
        if (missing.Success && missing.Groups[1].Value != file)
            return $"{name} needs {Path.GetFileName(missing.Groups[1].Value)}, which this system lacks: install it, "
                + "or run ./w2s build";
        var line = report.Split('\n').FirstOrDefault(text => text.Contains(name)) ?? report.Split('\n')[0];
        return $"{file} cannot be loaded ({line.Trim()}): delete {Path.GetDirectoryName(file)} and run ./w2s build";
    }

    /// <summary>Passes a value through once libtorch is there.</summary>
    internal static T Ready<T>(T value)
    {
        Load();
        return value;
    }

    private static List<string> Folders()
    {
        var here = Path.GetDirectoryName(typeof(TorchRuntime).Assembly.Location);
        if (string.IsNullOrEmpty(here))
            here = AppContext.BaseDirectory; // loaded from bytes: it has no file of its own
        // By the portable name: a distribution's own build of .NET reports another, such as ubuntu.26.04-x64.
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        List<string> folders = [here, Path.Combine(here, "runtimes", $"{system}-{architecture}", "native")];
        if (Environment.GetEnvironmentVariable("W2S_LIBTORCH") is { Length: > 0 } other)
            folders.Insert(0, other);
        return folders;
    }

    private static string FileName(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? assembly.GetName().Version!.ToString();
}
