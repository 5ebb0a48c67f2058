using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Engine.Packages;

/// <summary>Restores packages through the .NET SDK, so that the reader's own NuGet configuration counts.</summary>
/// <remarks>
/// Each set of packages is a small project in the user's cache folder; what its restore found out is kept beside it, so
/// that the same set takes no process the next time. Where a version floats, that holds for a day; should the look for
/// a newer one fail, as without a network, it holds for another.
/// </remarks>
internal static class PackageRestorer
{
    private const string Result = "packages-2.json"; // another number for what older versions cannot know
    private static readonly TimeSpan FloatingAge = TimeSpan.FromDays(1);

    /// <summary>Where the projects are kept.</summary>
    public static string CacheFolder { get; set; } = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "w2s-notebooks");

    /// <summary>Restores a set of packages.</summary>
    /// <param name="packages">All of them.</param>
    /// <param name="feeds">Places to look besides those configured. Those that cannot be reached are taken out, and the
    /// cell says so: a feed that a notebook names may be gone for good, and its packages elsewhere by now.</param>
    /// <param name="folder">The folder whose NuGet configuration counts.</param>
    /// <param name="news">Those that are new, for the progress shown.</param>
    /// <param name="cell">The cell that asks.</param>
    /// <exception cref="InvalidOperationException">The restore failed; the message is one line.</exception>
    public static async Task<RestoredPackages> RestoreAsync(
        IReadOnlyList<PackageRequest> packages, List<string> feeds, string folder,
        IReadOnlyList<PackageRequest> news, CellContext cell)
    {
        using var progress = new RestoreProgress(news, cell);
        while (true)
        {
            var (restored, log) = await TryAsync(packages, feeds, folder, cell.Token);
            if (restored is not null)
            {
                progress.Done(restored);
                return restored;
            }
            var gone = feeds.Where(feed => RestoreErrors.IsOutOfReach(feed, log)).ToList();
            if (gone.Count == 0) throw new InvalidOperationException(RestoreErrors.Explain(log, packages));
            foreach (var feed in gone)
            {
                feeds.Remove(feed);
                cell.Output.Write(
                    OutputStream.Error, $"The package source {feed} cannot be reached and is left out.\n");
            }
        }
    }

    // What came of it, or what the SDK wrote.
    private static async Task<(RestoredPackages? Restored, string Log)> TryAsync(
        IReadOnlyList<PackageRequest> packages, IReadOnlyList<string> feeds, string folder, CancellationToken stop)
    {
        var project = PackageProject.Text(packages, feeds, folder);
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(project)))[..20];
        var home = Path.Combine(CacheFolder, "packages", key);
        var kept = Kept(home);
        if (kept is not null && !(packages.Any(package => package.Floats) && IsOld(home))) return (kept, "");
        PackageProject.Write(home, project);
        var (exit, log) = await SdkProcess.RunAsync(home,
            ["restore", "--force", "--nologo", "-v", "minimal", "-p:NuGetAudit=false"], stop);
        var restored = exit == 0 ? RestoreAssets.Read(Path.Combine(home, "obj", "project.assets.json")) : kept;
        if (restored is null) return (null, log);
        var temporary = Path.Combine(home, $"{Result}.{Environment.ProcessId}");
        await File.WriteAllTextAsync(temporary, JsonSerializer.Serialize(restored), stop);
        File.Move(temporary, Path.Combine(home, Result), overwrite: true);
        return (restored, log);
    }

    private static RestoredPackages? Kept(string home)
    {
        var file = Path.Combine(home, Result);
        try
        {
            if (!File.Exists(file)) return null;
            var kept = JsonSerializer.Deserialize<RestoredPackages>(File.ReadAllText(file));
            // the package cache may have been emptied since
            return kept is not null
                && kept.Packages.All(package => package.Assemblies.Concat(package.Natives).All(File.Exists)) ? kept
                : null;
        }
        catch (Exception failure) when (failure is JsonException or IOException)
        {
            return null;
        }
    }

    private static bool IsOld(string home) =>
        DateTime.UtcNow - File.GetLastWriteTimeUtc(Path.Combine(home, Result)) > FloatingAge;
}
