using System.Runtime.InteropServices;
using W2S.Kernel.Engine.Output;
using W2S.Kernel.Notebooks;

namespace W2S.Kernel.Jupyter;

/// <summary>The verb <c>kernel</c>: installs this program as a Jupyter kernel, removes it, lists the kernels there
/// are.</summary>
public static class KernelCommand
{
    private const string Usage = "kernel install|uninstall [--user | --prefix DIR] [--name NAME], or kernel list";

    /// <summary>Runs the verb.</summary>
    /// <param name="args"><c>install</c>, <c>uninstall</c> or <c>list</c>, and their options.</param>
    /// <returns>The exit status: 0, or 2 where it could not be done.</returns>
    public static int Run(string[] args)
    {
        try
        {
            Run(args, AppContext.BaseDirectory, HostConsole.Out.WriteLine);
            return 0;
        }
        catch (KernelRefusedException refused)
        {
            HostConsole.Error.WriteLine($"w2s: {refused.Message}");
            return 2;
        }
    }

    /// <summary>Runs the verb for a program published elsewhere.</summary>
    /// <param name="args">The verb's arguments.</param>
    /// <param name="program">The folder of the program.</param>
    /// <param name="say">Takes what to tell the reader, a line at a time.</param>
    /// <exception cref="KernelRefusedException">It could not be done.</exception>
    internal static void Run(string[] args, string program, Action<string> say)
    {
        switch (args)
        {
            case ["install", .. var options]:
                Installer(options, say).Install(program, Host());
                break;
            case ["uninstall", .. var options]:
                Installer(options, say).Uninstall();
                break;
            case ["list"]:
                List(say);
                break;
            default:
                throw new KernelRefusedException($"give {Usage}; got 'kernel {string.Join(' ', args)}'");
        }
    }

    private static KernelInstaller Installer(string[] options, Action<string> say)
    {
        string? data = null;
        var name = NotebookMetadata.KernelName;
        for (var rest = options; rest.Length > 0;)
        {
            (data, name, rest) = rest switch
            {
                ["--user", .. var more] when data is null => (JupyterFolders.User(), name, more),
                ["--prefix", var folder, .. var more] when data is null => (JupyterFolders.Prefix(folder), name, more),
                ["--name", var given, .. var more] => (data, given, more),
                _ => throw new KernelRefusedException($"'{rest[0]}' does not fit here; give {Usage}"),
            };
        }
        return KernelSpec.IsName(name) ? new KernelInstaller(data ?? JupyterFolders.User(), name, say)
            : throw new KernelRefusedException($"'{name}' is no kernel name; give letters, digits, '.', '_' and '-'");
    }

    private static void List(Action<string> say)
    {
        var specs = KernelInstaller.List(JupyterFolders.All());
        if (specs.Count == 0)
            say("no kernels are installed; ./w2s kernel install installs this one");
        var width = specs.Select(spec => spec.Name.Length).DefaultIfEmpty().Max();
        foreach (var spec in specs)
            say($"{spec.Name.PadRight(width)}  {spec.DisplayName}{(spec.IsOurs ? " (this project's)" : "")}  "
                + $"{spec.Folder}");
    }

    // By its full path: an editor started from a desktop has no shell's PATH. A tool runs in a process of its own name:
    // there, the host is the one that lies above the runtime.
    private static string Host()
    {
        if (Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet")
            return path;
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(host) ? host : "dotnet";
    }
}
