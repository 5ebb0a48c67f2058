namespace W2S.Kernel.Engine.Cells;

/// <summary>Splits a cell at its <c>#!</c> lines.</summary>
internal static class CellParser
{
    private static readonly Dictionary<string, string> Languages = new(StringComparer.OrdinalIgnoreCase)
    {
        ["csharp"] = "csharp", ["c#"] = "csharp", ["cs"] = "csharp", ["C#"] = "csharp",
        ["fsharp"] = "fsharp", ["f#"] = "fsharp", ["fs"] = "fsharp",
        ["html"] = "html",
        ["markdown"] = "markdown", ["md"] = "markdown",
        ["mermaid"] = "mermaid",
        ["javascript"] = "javascript", ["js"] = "javascript",
        ["bash"] = "bash", ["sh"] = "bash", ["shell"] = "bash",
        ["pwsh"] = "pwsh", ["powershell"] = "pwsh",
    };

    /// <summary>The names of the languages, each once.</summary>
    public static IEnumerable<string> LanguageNames => Languages.Values.Distinct();

    /// <summary>A language's own name by any of its names; null where there is no such language.</summary>
    public static string? LanguageOf(string name) => Languages.GetValueOrDefault(name);

    /// <summary>Splits a source. Parts without any code are left out.</summary>
    /// <param name="text">A cell's or a file's text.</param>
    /// <param name="language">The language that it starts in.</param>
    public static IReadOnlyList<CellPart> Split(string text, string language)
    {
        var parts = new List<CellPart>();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var first = 0;
        for (var line = 0; line <= lines.Length; line++)
        {
            var magic = line < lines.Length && lines[line].StartsWith("#!", StringComparison.Ordinal);
            if (line < lines.Length && !magic) continue;
            var code = string.Join('\n', lines[first..line]);
            if (!string.IsNullOrWhiteSpace(code)) parts.Add(new CellPart(language, null, "", first + 1, code));
            if (!magic) break;
            first = line + 1;
            if (line == 0 && lines[0].StartsWith("#!/", StringComparison.Ordinal)) continue; // a script's first line, for the shell
            var words = lines[line][2..].Trim().Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries);
            var name = words.Length > 0 ? words[0] : "";
            var arguments = words.Length > 1 ? words[1].Trim() : "";
            if (LanguageOf(name) is { } next)
            {
                language = next;
                if (arguments.Length > 0) parts.Add(new CellPart(null, name, arguments, line + 1, ""));
            }
            else
            {
                parts.Add(new CellPart(null, name, arguments, line + 1, ""));
            }
        }
        return parts;
    }
}
