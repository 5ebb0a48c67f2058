using System.Diagnostics.CodeAnalysis;

namespace W2S.Kernel.Engine.Packages;

/// <summary>A package that a cell asks for.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Version">Its version, as a project file would say it; null for the newest.</param>
internal sealed record PackageRequest(string Id, string? Version)
{
    private const string Scheme = "nuget:";

    /// <summary>True where a newer package can become the answer.</summary>
    public bool Floats => Version is null || Version.Contains('*');

    /// <summary>Reads what stands in <c>#r "nuget: Id, Version"</c>.</summary>
    /// <param name="text">The text between the quotes.</param>
    /// <param name="request">The package.</param>
    /// <returns>False where the text does not begin with <c>nuget:</c>.</returns>
    /// <exception cref="FormatException">It does, but names no package.</exception>
    public static bool TryParse(string text, [NotNullWhen(true)] out PackageRequest? request)
    {
        request = null;
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        var words = text[Scheme.Length..].Split(',', StringSplitOptions.TrimEntries);
        if (words.Length > 2 || words[0].Length == 0)
            throw new FormatException($"'{text}' names no package; write #r \"nuget: Id, Version\"");
        request = new(words[0], words is [_, { Length: > 0 } version] ? version : null);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Version is null ? Id : $"{Id} {Version}";
}
