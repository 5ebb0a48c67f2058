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

    private static IReadOnlyList<string> FindDefault() =>
    [
        .. Paths.Values.Where(
            path => Path.GetDirectoryName(path) == Framework && IsUseful(Path.GetFileNameWithoutExtension(path))),
        typeof(PlatformAssemblies).Assembly.Location,
        Paths[Interactive],
        typeof(Microsoft.DotNet.Interactive.Formatting.Formatter).Assembly.Location,
        typeof(Microsoft.AspNetCore.Html.IHtmlContent).Assembly.Location,
    ];

    private static bool IsUseful(string name) =>
        !name.StartsWith("Microsoft.VisualBasic", StringComparison.Ordinal) && name != "WindowsBase"
            && name != "System.Data";
}
