using System.Globalization;
using System.Text;

namespace W2S.Kernel.Notebooks;

/// <summary>Makes JSON of what Python writes in its place: numbers that are none, and halves of surrogate
/// pairs.</summary>
internal static class PythonJson
{
    private const char Unknown = '\uFFFD';
    private static readonly string[] NotFinite = ["NaN", "Infinity", "-Infinity"];

    /// <summary>
    /// The text with <c>null</c> for NaN, Infinity and -Infinity, and U+FFFD for every surrogate without its other
    /// half, escaped or not. Line ends stay where they are; text that needs neither is returned as it is.
    /// </summary>
    public static string Mend(string text)
    {
        StringBuilder? mended = null;
        var (kept, inString) = (0, false);
        for (var at = 0; at < text.Length;)
        {
            var (length, replacement) = inString ? InString(text, at) : Outside(text, at);
            if (replacement is not null)
            {
                (mended ??= new StringBuilder(text.Length)).Append(text, kept, at - kept).Append(replacement);
                kept = at + length;
            }
            inString ^= text[at] == '"';
            at += length;
        }
        return mended is null ? text : mended.Append(text, kept, text.Length - kept).ToString();
    }

    private static (int Length, string? Replacement) Outside(string text, int at)
    {
        if (text[at] is not ('N' or 'I' or '-'))
            return (1, null);
        var word = NotFinite.FirstOrDefault(name => string.CompareOrdinal(text, at, name, 0, name.Length) == 0);
        return word is null ? (1, null) : (word.Length, "null");
    }

    private static (int Length, string? Replacement) InString(string text, int at)
    {
        var (letter, length) = Letter(text, at);
        if (!char.IsSurrogate(letter))
            return (length, null);
        if (char.IsHighSurrogate(letter) && at + length < text.Length)
        {
            var (next, more) = Letter(text, at + length);
            if (char.IsLowSurrogate(next))
                return (length + more, null);
        }
        return (length, Unknown.ToString());
    }

    /// <summary>The letter that stands in a string, and how many it takes to write it.</summary>
    private static (char Letter, int Length) Letter(string text, int at)
    {
        if (text[at] != '\\' || at + 1 == text.Length)
            return (text[at], 1);
        return text[at + 1] == 'u' && at + 6 <= text.Length
            && ushort.TryParse(text.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, null, out var code)
            ? ((char)code, 6)
            : (text[at + 1], 2);
    }
}
