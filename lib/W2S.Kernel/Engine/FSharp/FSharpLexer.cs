using FSharp.Compiler.Tokenization;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace W2S.Kernel.Engine.FSharp;

/// <summary>F#'s own lexer, which goes line by line.</summary>
internal static class FSharpLexer
{
    /// <summary>The lines, from 0, that begin in a string, a comment or code that an <c>#if</c> leaves out.</summary>
    public static IEnumerable<int> LinesInsideText(IEnumerable<string> lines) =>
        Scan(lines)
            .Where(line =>
                line.Place is not (FSharpTokenizerColorState.Token or FSharpTokenizerColorState.InitialState))
            .Select(line => line.Number);

    /// <summary>Where tokens of one kind begin.</summary>
    /// <param name="code">The code, its lines ended by <c>\n</c>.</param>
    /// <param name="name">The lexer's name for them.</param>
    public static IEnumerable<int> Positions(string code, string name)
    {
        var (lines, start) = (code.Split('\n'), 0);
        foreach (var line in Scan(lines))
        {
            foreach (var token in line.Tokens)
            {
                if (token.TokenName == name) yield return start + token.LeftColumn;
            }
            start += lines[line.Number].Length + 1;
        }
    }

    private static IEnumerable<Line> Scan(IEnumerable<string> lines)
    {
        var none = FSharpOption<string>.None;
        var lexer = new FSharpSourceTokenizer(ListModule.Empty<string>(), none, none);
        var (number, state) = (0, FSharpTokenizerLexState.Initial);
        foreach (var line in lines)
        {
            var place = FSharpLineTokenizer.ColorStateOfLexState(state);
            var tokens = new List<FSharpTokenInfo>();
            var tokenizer = lexer.CreateLineTokenizer(line);
            for (var more = true; more;)
            {
                (var token, state) = tokenizer.ScanToken(state);
                more = token is not null;
                if (token is not null) tokens.Add(token.Value);
            }
            yield return new Line(number++, place, tokens);
        }
    }

    private sealed record Line(int Number, FSharpTokenizerColorState Place, IReadOnlyList<FSharpTokenInfo> Tokens);
}
