using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;

namespace W2S.Kernel.Engine.Editing;

/// <summary>What the SDK's reference packs say about the types and members of the runtime.</summary>
/// <remarks>
/// The runtime itself has no documentation, and its assemblies are cut otherwise than those of the pack. A member is
/// looked up when it is asked for, by reading through the files: held in memory they would take more than the kernel
/// does.
/// </remarks>
internal sealed class FrameworkDocumentation : DocumentationProvider
{
    private static readonly Lazy<IReadOnlyList<string>> Pack = new(FindPack);

    private readonly ConcurrentDictionary<string, string> known = new(StringComparer.Ordinal);
    private readonly string first;

    private FrameworkDocumentation(string assembly) => first = Path.GetFileNameWithoutExtension(assembly) + ".xml";

    /// <summary>Documents an assembly of the runtime.</summary>
    /// <param name="assembly">Its file.</param>
    /// <returns>Null where the assembly is not the runtime's.</returns>
    public static FrameworkDocumentation? For(string assembly) =>
        Path.GetDirectoryName(assembly) == Path.GetDirectoryName(typeof(object).Assembly.Location)
            ? new FrameworkDocumentation(assembly) : null;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FrameworkDocumentation other && other.first == first;

    /// <inheritdoc/>
    public override int GetHashCode() => first.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    protected override string GetDocumentationForSymbol(
        string documentationMemberID, CultureInfo preferredCulture, CancellationToken cancellationToken = default) =>
        known.GetOrAdd(documentationMemberID, id => Find(id, cancellationToken));

    private string Find(string id, CancellationToken stop)
    {
        // Most of what has no file of its own name is the core library's, and most of that stands in these two.
        string[] likely = [first, "System.Runtime.xml", "System.Collections.xml"];
        var files =
            Pack.Value.OrderBy(
                file => Array.IndexOf(likely, Path.GetFileName(file)) is >= 0 and var place ? place : likely.Length);
        foreach (var file in files)
        {
            stop.ThrowIfCancellationRequested();
            if (Read(file, $"<member name=\"{id}\">") is { } member) return member;
        }
        return "";
    }

    private static string? Read(string file, string opening)
    {
        using var reader = new StreamReader(file);
        while (reader.ReadLine() is { } line)
        {
            if (!line.AsSpan().TrimStart().StartsWith(opening, StringComparison.Ordinal)) continue;
            var member = new StringBuilder(line);
            while (!line.Contains("</member>", StringComparison.Ordinal) && reader.ReadLine() is { } next)
                member.Append('\n').Append(line = next);
            return member.ToString();
        }
        return null;
    }

    private static IReadOnlyList<string> FindPack()
    {
        try
        {
            var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
            var packs = Path.GetFullPath("../../../packs/Microsoft.NETCore.App.Ref", runtime);
            var newest = Directory.EnumerateDirectories(packs, $"{Environment.Version.Major}.*")
                .MaxBy(folder =>
                    Version.TryParse(Path.GetFileName(folder).Split('-')[0], out var version) ? version
                        : new Version());
            return newest is null ? [] : [.. Directory.EnumerateFiles(newest, "*.xml", SearchOption.AllDirectories)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
