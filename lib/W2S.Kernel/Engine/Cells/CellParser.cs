namespace W2S.Kernel.Engine.Cells;

/// <summary>Splits a cell at its <c>#!</c> lines.</summary>
internal static class CellParser
{
    /// <summary>Splits a source. Parts without any code are left out; those of other kernels than the engine's keep
    /// the line that names the kernel.</summary>
    /// <param name="text">A cell's or a file's text.</param>
    /// <param name="language">The language that it starts in.</param>
    /// <param name="isKernel">Tells the names of other kernels; null for those of every session.</param>
    public static IReadOnlyList<CellPart> Split(string text, string language, Func<string, bool>? isKernel = null)
    {
        var parts = new List<CellPart>();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (int first = 0, begin = 0; begin < lines.Length;)
        {
            var line = MagicLines.Next(lines, first, language);
            var code = string.Join('\n', lines[begin..line]);
            if (!string.IsNullOrWhiteSpace(code)) parts.Add(new CellPart(language, null, "", begin + 1, code));
            if (line == lines.Length) break;
            first = begin = line + 1;
            // a script's first line, for the shell
            if (line == 0 && lines[0].StartsWith("#!/", StringComparison.Ordinal)) continue;
            var words = lines[line][2..].Trim().Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries);
            var name = words.Length > 0 ? words[0] : "";
            var arguments = words.Length > 1 ? words[1].Trim() : "";
            if (Languages.Of(name) is { } next)
            {
                language = next;
                if (arguments.Length > 0) parts.Add(new CellPart(language, name, arguments, line + 1, ""));
            }
            else if (isKernel?.Invoke(name) ?? Languages.IsOther(name))
            {
                (language, begin) = (name, line);
            }
            else
            {
                parts.Add(new CellPart(language, name, arguments, line + 1, ""));
            }
        }
        return parts;
    }

    /// <summary>True where a position is on the line of a magic, not on one that only looks like it.</summary>
    /// <param name="text">The cell's text.</param>
    /// <param name="position">The position.</param>
    public static bool IsMagic(string text, int position)
    {
        var line = text.AsSpan(0, position).Count('\n') + 1;
        return !Split(text, "csharp").Any(part => part.Command is null && line >= part.Line && line <= part.LastLine);
    }

    /// <summary>A cell with everything blank but the part at a position, each character where it was.</summary>
    /// <param name="language">The language that the part must have.</param>
    /// <param name="text">The cell's text.</param>
    /// <param name="position">The position.</param>
    /// <returns>Null where that part is of another language.</returns>
    public static string? Only(string language, string text, int position)
    {
        var line = text.AsSpan(0, position).Count('\n') + 1;
        var part = Split(text, "csharp").LastOrDefault(part => part.Line <= line);
        if (part is null) return "csharp" == language ? Blank(text, 1, 0) : null;
        if (part.Language != language) return null;
        return part.Command is null ? Blank(text, part.Line, part.LastLine) : Blank(text, 1, 0);
    }

    private static string Blank(string text, int first, int last)
    {
        var line = 1;
        return string.Create(text.Length, text, (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                target[i] = (line >= first && line <= last) || source[i] is '\r' or '\n' ? source[i] : ' ';
                if (source[i] == '\n') line++;
            }
        });
    }
}
