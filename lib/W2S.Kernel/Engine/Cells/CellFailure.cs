namespace W2S.Kernel.Engine.Cells;

/// <summary>Ends a cell with an error that is already in its final form.</summary>
internal sealed class CellFailure(CellError error) : Exception(error.Message)
{
    public CellError Error { get; } = error;

    /// <summary>An error at one line of a source.</summary>
    public static CellFailure At(CellSource source, int line, string name, string message, int? column = null)
    {
        var text = source.Line(line);
        var caret = column ?? text.Length - text.TrimStart().Length + 1;
        return new(new CellError(name, message,
        [
            $"{name}: {message}",
            .. Excerpt(source, line, caret),
        ])
        {
            Line = line,
            Column = caret,
            SourceLine = text,
        });
    }

    /// <summary>A source line with a caret under one of its columns, headed by where it stands.</summary>
    public static IEnumerable<string> Excerpt(CellSource source, int line, int column)
    {
        yield return source.Label is null ? $"  line {line}:" : $"  {source.Label}, line {line}:";
        var text = source.Line(line);
        yield return "    " + text;
        var indent = string.Concat(text.Take(Math.Max(0, column - 1)).Select(c => c == '\t' ? '\t' : ' '));
        yield return "    " + indent + "^";
    }
}
