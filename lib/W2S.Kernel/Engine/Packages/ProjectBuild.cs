using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Engine.Packages;

/// <summary>Builds a project that <c>#r</c> names.</summary>
internal static class ProjectBuild
{
    /// <summary>True for the path of a project.</summary>
    public static bool IsProject(string path) => Path.GetExtension(path) is ".csproj" or ".fsproj" or ".vbproj";

    /// <summary>Builds a project, with all that it needs beside it.</summary>
    /// <param name="path">Its file, absolute.</param>
    /// <param name="cell">The cell that asks.</param>
    /// <returns>The assembly's file.</returns>
    /// <exception cref="InvalidOperationException">It does not build; the message is its first error.</exception>
    public static async Task<string> RunAsync(string path, CellContext cell)
    {
        var (id, name) = (Guid.NewGuid().ToString("N"), Path.GetFileNameWithoutExtension(path));
        Show($"Building {name} …", update: false);
        var (exit, log) = await SdkProcess.RunAsync(Path.GetDirectoryName(path)!,
            ["build", path, "--nologo", "-t:Build", "-getProperty:TargetPath", "-p:CopyLocalLockFileAssemblies=true"],
            cell.Token);
        var assembly = log.Trim().Split('\n')[^1].Trim();
        if (exit != 0 || !File.Exists(assembly))
        {
            Show($"Could not build {name}", update: true);
            var error = log.Split('\n').Select(line => line.Trim())
                .FirstOrDefault(line => line.Contains("error ", StringComparison.Ordinal));
            throw new InvalidOperationException($"{name} does not build: {error?.Split(" [")[0] ?? log.Trim()}");
        }
        Show($"Built {name}", update: true);
        return assembly;

        void Show(string text, bool update) =>
            cell.Output.Display(new MimeBundle("text/plain", text), id, update);
    }
}
