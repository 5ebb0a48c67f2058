using System.Text.RegularExpressions;

namespace W2S.Kernel.Engine.Packages;

/// <summary>Says in one line why a restore failed.</summary>
internal static partial class RestoreErrors
{
    public static string Explain(string log, IReadOnlyList<PackageRequest> packages)
    {
        var errors =
            Error().Matches(log)
                .Select(match => (Code: match.Groups["code"].Value, Text: match.Groups["text"].Value.Trim())).Distinct()
                .ToList();
        string? First(string code) => errors.Find(error => error.Code == code).Text;
        if (First("NU1301") is { } offline)
            return $"the package source cannot be reached, is there a network? {offline}";
        if (First("NU1101") is { } missing)
            return $"no such package: {Name(missing)}; the sources that NuGet is configured with do not have it";
        if ((First("NU1102") ?? First("NU1103")) is { } version) return $"no such version: {version}";
        if ((First("NU1107") ?? First("NU1605")) is { } conflict)
            return $"these packages do not go together: {conflict}";
        if (First("NU1202") is { } framework) return $"not for this .NET: {framework}";
        return errors.Count > 0
            ? $"the restore of {string.Join(", ", packages)} failed: {errors[0].Code}: {errors[0].Text}"
            : $"the restore of {string.Join(", ", packages)} failed: {log.Trim().Split('\n')[^1].Trim()}";
    }

    /// <summary>True where a restore failed because nothing answers at a package source, or at another one of the same
    /// server: NuGet names the first alone.</summary>
    public static bool IsOutOfReach(string feed, string log)
    {
        var isUri = Uri.TryCreate(feed, UriKind.Absolute, out var address) && !address.IsFile;
        var server = isUri ? $"({address!.Host}:{address.Port})" : feed;
        return Error().Matches(log)
            .Where(match => match.Groups["code"].Value == "NU1301").Select(match => match.Groups["text"].Value)
            .Any(text => text.Contains(feed, StringComparison.OrdinalIgnoreCase)
                || text.Contains(server, StringComparison.OrdinalIgnoreCase));
    }

    private static string Name(string message) =>
        Package().Match(message) is { Success: true } match ? match.Groups[1].Value : message;

    [GeneratedRegex(@"error (?<code>[A-Z]+\d+): (?<text>.*?)(?= \[[^\]]*\.csproj\]|\r?$)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Error();

    [GeneratedRegex(@"Unable to find package (\S+?)\. ")]
    private static partial Regex Package();
}
