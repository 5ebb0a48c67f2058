using System.Text.Json.Nodes;

namespace W2S.Kernel.Engine.Packages;

/// <summary>Reads what NuGet wrote down about a restore.</summary>
internal static class RestoreAssets
{
    /// <summary>Reads a <c>project.assets.json</c>.</summary>
    public static RestoredPackages Read(string path)
    {
        var assets = JsonNode.Parse(File.ReadAllText(path))!;
        var folders = assets["packageFolders"]!.AsObject().Select(folder => folder.Key).ToList();
        // the one with a runtime identifier
        var target = assets["targets"]!.AsObject().MaxBy(target => target.Key.Length).Value!.AsObject();
        var packages = new List<RestoredPackage>();
        foreach (var (name, entry) in target)
        {
            if (entry!["type"]?.GetValue<string>() != "package") continue;
            var slash = name.IndexOf('/');
            var relative = assets["libraries"]![name]!["path"]!.GetValue<string>();
            var home = folders.Select(folder => Path.Combine(folder, relative)).FirstOrDefault(Directory.Exists)
                ?? throw new InvalidOperationException($"{name} was restored but is in none of the package folders");
            packages.Add(
                new RestoredPackage(name[..slash], name[(slash + 1)..], Files(entry["runtime"], home, ".dll"),
                    Files(entry["native"], home, ""), Extension(home)));
        }
        return new RestoredPackages(packages);
    }

    private static string? Extension(string home) =>
        Path.GetFullPath(Path.Combine(home, "interactive-extensions", "dotnet")) is var folder
            && Directory.Exists(folder) ? folder : null;

    private static List<string> Files(JsonNode? group, string home, string extension) =>
    [
        .. (group as JsonObject ?? []).Select(file => file.Key)
            .Where(file =>
                !file.EndsWith("/_._", StringComparison.Ordinal)
                    && file.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
            .Select(file => Path.GetFullPath(Path.Combine(home, file))),
    ];
}
