using System.Text.RegularExpressions;

namespace W2S.Charts;

/// <summary>Text inside HTML.</summary>
internal static partial class HtmlText
{
    /// <summary>Replaces only what would change the markup, so that signs such as ± and β stay readable in a saved
    /// notebook.</summary>
    public static string Encode(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);

    /// <summary>What of a piece of HTML a reader sees: all but its tags.</summary>
    public static string Strip(string html) => Tag.Replace(html, "");

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag { get; }
}
