namespace W2S.Kernel.Engine.Cells;

/// <summary>A run of lines of one language within a source, or one magic command.</summary>
/// <param name="Language">The language's own name; of a command, that of the lines around it.</param>
/// <param name="Command">The magic's name, without <c>#!</c>; null for code that follows no command.</param>
/// <param name="Arguments">What follows the name on its line.</param>
/// <param name="Line">The first line of the code, or the command's line; from 1.</param>
/// <param name="Code">The lines.</param>
internal sealed record CellPart(string Language, string? Command, string Arguments, int Line, string Code)
{
    /// <summary>The last line of the code, from 1.</summary>
    public int LastLine => Line + Code.AsSpan().Count('\n');

    /// <summary>The code on the lines that it has in its source: as many empty lines stand before it.</summary>
    public string CodeInPlace => new string('\n', Line - 1) + Code;
}
