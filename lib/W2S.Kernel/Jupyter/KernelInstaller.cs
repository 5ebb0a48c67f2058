using System.Globalization;

namespace W2S.Kernel.Jupyter;

/// <summary>Puts this program into a Jupyter data folder as a kernel, and takes it away again.</summary>
/// <param name="dataFolder">The data folder.</param>
/// <param name="name">The kernel's name.</param>
/// <param name="say">Tells the reader what was done, a line at a time.</param>
internal sealed class KernelInstaller(string dataFolder, string name, Action<string> say)
{
    private string Target => Path.Combine(dataFolder, "kernels", name);

    // Beside the kernels, so that Jupyter does not list it.
    private string Backups => Path.Combine(dataFolder, "w2s-kernel-backup");

    /// <summary>Installs a published program.</summary>
    /// <param name="program">The folder it was published to.</param>
    /// <param name="host">The <c>dotnet</c> that will start it.</param>
    /// <exception cref="KernelRefusedException">The folder cannot be written, or a running kernel holds it.</exception>
    public void Install(string program, string host) => Guard(() =>
    {
        var fresh = Path.Combine(dataFolder, $".w2s-kernel-{Environment.ProcessId}");
        try
        {
            Copy(program, Path.Combine(fresh, "bin"));
            File.WriteAllText(Path.Combine(fresh, KernelSpec.FileName),
                KernelSpec.Json(host, Path.Combine(Target, "bin", "W2S.Kernel.dll")));
            Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
            var old = KeepAside();
            Directory.Move(fresh, Target);
            if (old is not null)
                Directory.Delete(old, recursive: true);
        }
        finally
        {
            if (Directory.Exists(fresh))
                Directory.Delete(fresh, recursive: true);
        }
        say($"installed the kernel '{name}' in {Target}");
    });

    /// <summary>Removes the kernel and brings back what it replaced.</summary>
    /// <exception cref="KernelRefusedException">There is none, it is not this program's, or it cannot be
    /// removed.</exception>
    public void Uninstall() => Guard(() =>
    {
        if (!Directory.Exists(Target))
            throw new KernelRefusedException(
                $"there is no kernel '{name}' in {Path.Combine(dataFolder, "kernels")}; `kernel list` names those "
                + "there are");
        if (KernelSpec.Read(Target) is not { IsOurs: true })
            throw new KernelRefusedException(
                $"the kernel '{name}' in {Target} was not installed by this program and stays; remove it with "
                + $"`jupyter kernelspec remove {name}`");
        Directory.Delete(Target, recursive: true);
        say($"removed the kernel '{name}' from {Target}");
        var backup = Directory.Exists(Backups)
            ? Directory.EnumerateDirectories(Backups, name + "@*").Order(StringComparer.Ordinal).LastOrDefault() : null;
        if (backup is null)
            return;
        Directory.Move(backup, Target);
        say($"brought back the kernel '{name}' that had been kept in {backup}");
    });

    /// <summary>The kernels of several data folders; a name that comes again is hidden by the first.</summary>
    /// <param name="dataFolders">The folders, first found first.</param>
    /// <returns>The kernels.</returns>
    public static IReadOnlyList<KernelSpec> List(IEnumerable<string> dataFolders) =>
        [.. dataFolders.Select(folder => Path.Combine(folder, "kernels")).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
            .Select(KernelSpec.Read).OfType<KernelSpec>().DistinctBy(spec => spec.Name)];

    // What stands in the way: a foreign kernel goes to the backups, our own old one is returned, to be deleted.
    private string? KeepAside()
    {
        if (!Directory.Exists(Target))
            return null;
        var stamp = DateTime.UtcNow.ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture);
        if (KernelSpec.Read(Target) is { IsOurs: true })
        {
            var old = Path.Combine(dataFolder, $".w2s-kernel-old-{stamp}");
            Directory.Move(Target, old);
            return old;
        }
        Directory.CreateDirectory(Backups);
        var backup = Path.Combine(Backups, $"{name}@{stamp}");
        Directory.Move(Target, backup);
        say($"another program's kernel '{name}' was there: it is kept in {backup}, and `kernel uninstall` brings it "
            + "back");
        return null;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var folder in Directory.EnumerateDirectories(from))
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
    }

    private void Guard(Action action)
    {
        try
        {
            Directory.CreateDirectory(dataFolder);
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KernelRefusedException(
                $"{error.Message} (in {dataFolder}; close notebooks that use the kernel, or give another folder with "
                + "--prefix)");
        }
    }
}
