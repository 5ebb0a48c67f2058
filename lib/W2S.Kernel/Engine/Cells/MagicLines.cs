using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using W2S.Kernel.Engine.CSharp;
using W2S.Kernel.Engine.FSharp;

namespace W2S.Kernel.Engine.Cells;

/// <summary>Tells the lines that are magics from lines of text that only begin like one.</summary>
/// <remarks>
/// In C# and F# the languages' own lexers decide what is inside a string or a comment. Elsewhere every line that begins
/// with <c>#!</c> counts, but for a script's <c>#!/path</c>.
/// </remarks>
internal static class MagicLines
{
    /// <summary>Finds the next magic.</summary>
    /// <param name="lines">The lines of a cell.</param>
    /// <param name="first">Where to begin: the first line of a part.</param>
    /// <param name="language">That part's language.</param>
    /// <returns>The line's index; the number of lines where there is none.</returns>
    public static int Next(IReadOnlyList<string> lines, int first, string language)
    {
        var candidates = Enumerable.Range(first, lines.Count - first).Where(line => IsMarked(lines[line]));
        var found = language switch
        {
            not ("csharp" or "fsharp") =>
                candidates.Where(line => !lines[line].StartsWith("#!/", StringComparison.Ordinal)),
            _ when candidates.FirstOrDefault(first) == first => candidates,
            "csharp" => DirectiveLines(lines, first).Where(line => IsMarked(lines[line])),
            _ => candidates.Except(FSharpLexer.LinesInsideText(lines.Skip(first)).Select(line => first + line)),
        };
        return found.FirstOrDefault(lines.Count);
    }

    private static bool IsMarked(string line) => line.StartsWith("#!", StringComparison.Ordinal);

    // The lexer goes no further than it is asked for: what follows the next magic may be no C#.
    private static IEnumerable<int> DirectiveLines(IReadOnlyList<string> lines, int first)
    {
        var code = string.Join('\n', lines.Skip(first));
        var (line, counted) = (first, 0);
        foreach (var token in SyntaxFactory.ParseTokens(code, options: CellOptions.Parsing))
        {
            foreach (var trivia in token.LeadingTrivia)
            {
                if (trivia.GetStructure() is not DirectiveTriviaSyntax { IsActive: true }) continue; // after #if
                line += code.AsSpan(counted, trivia.SpanStart - counted).Count('\n');
                counted = trivia.SpanStart;
                yield return line;
            }
        }
    }
}
