namespace W2S.Kernel.Engine.Assemblies;

/// <summary>The assemblies that this process was started with: the .NET runtime's and the kernel's own.</summary>
internal static class PlatformAssemblies
{
    /// <summary>The library of kernels, which is loaded when something first speaks of it.</summary>
    public const string Interactive = "Microsoft.DotNet.Interactive";

    private static readonly string Framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    private static readonly Dictionary<string, string> Paths =
        ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .DistinctBy(Path.GetFileNameWithoutExtension, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(path => Path.GetFileNameWithoutExtension(path), StringComparer.OrdinalIgnoreCase);

    private static readonly Lazy<IReadOnlyList<string>> Default = new(FindDefault);

    /// <summary>What every cell may use: the runtime, the formatters and the functions of a cell.</summary>
    public static IReadOnlyList<string> DefaultReferences => Default.Value;

    /// <summary>The file of an assembly that came with the process, by its simple name.</summary>
    public static string? Find(string simpleName) => Paths.GetValueOrDefault(simpleName);

    // Half of the runtime's assemblies only say where types are, and each costs the compiler time with every cell. The
    // few that others of these refer to are among these; the rest comes in with an assembly that refers to it.
    private static List<string> FindDefault()
    {
        var (open, references) = (new Queue<string>(), new Dictionary<string, IReadOnlyList<string>>());
        foreach (var path in Paths.Values)
        {
            if (!IsOfFramework(path) || !IsUseful(Path.GetFileNameWithoutExtension(path))) continue;
            references[path] = ModuleVersion.References(path, out var declares);
            if (declares) open.Enqueue(path);
        }
        open.Enqueue(typeof(PlatformAssemblies).Assembly.Location);
        open.Enqueue(Paths[Interactive]);
        open.Enqueue(typeof(Microsoft.DotNet.Interactive.Formatting.Formatter).Assembly.Location);
        open.Enqueue(typeof(Microsoft.AspNetCore.Html.IHtmlContent).Assembly.Location);
        var (found, seen) = (new List<string>(), new HashSet<string>(open, StringComparer.Ordinal));
        while (open.TryDequeue(out var path))
        {
            found.Add(path);
            foreach (var name in references.GetValueOrDefault(path) ?? ModuleVersion.References(path))
            {
                if (Find(name) is { } file && IsOfFramework(file) && seen.Add(file)) open.Enqueue(file);
            }
        }
        return found;
    }

    /// <summary>True for an assembly of the .NET runtime.</summary>
    public static bool IsOfFramework(string path) => Path.GetDirectoryName(path) == Framework;

    private static bool IsUseful(string name) =>
        !name.StartsWith("Microsoft.VisualBasic", StringComparison.Ordinal) && name != "WindowsBase"
            && name != "System.Data";
}
