using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace W2S.Kernel.Engine.Editing;

/// <summary>Completes names and versions of packages behind <c>#r "nuget:</c>, by those in this machine's package
/// cache.</summary>
internal static partial class PackageNames
{
    private const int Most = 50;

    private static string Cache => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named ? named
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>The choices at a position; null where no package stands there.</summary>
    public static CompletionResult? At(string code, int position)
    {
        var start = code.LastIndexOf('\n', Math.Max(0, position - 1)) + 1;
        if (start > position || Request().Match(code[start..position]) is not { Success: true } request) return null;
        var (name, version) = (request.Groups["name"], request.Groups["version"]);
        var typed = version.Success ? version : name;
        var found = version.Success
            ? Folders(Path.Combine(Cache, name.Value.ToLowerInvariant()), version.Value).Reverse()
            : Folders(Cache, name.Value.ToLowerInvariant()).Take(Most).Select(Id);
        return new CompletionResult(start + typed.Index, position,
            [.. found.Select(text => new CompletionEntry(text, "module"))]);
    }

    private static IEnumerable<string> Folders(string parent, string prefix) => !Directory.Exists(parent) ? []
        : Directory.EnumerateDirectories(parent).Select(folder => Path.GetFileName(folder)!)
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name[0] != '.')
            .Order(StringComparer.Ordinal);

    // As its author writes it: the cache's folders are in small letters.
    private static string Id(string folder)
    {
        var file = Directory.EnumerateFiles(Path.Combine(Cache, folder), "*.nuspec", SearchOption.AllDirectories)
            .FirstOrDefault();
        return file is null ? folder
            : XDocument.Load(file).Descendants().FirstOrDefault(node => node.Name.LocalName == "id")?.Value ?? folder;
    }

    [GeneratedRegex("""^[ \t]*#r[ \t]+"nuget:[ \t]*(?<name>[\w.-]*)([ \t]*,[ \t]*(?<version>[\w.-]*))?$""",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex Request();
}
