using System.Net;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace W2S.Kernel.Notebooks.Html;

/// <summary>C# as HTML in four colours: keywords, strings, comments, numbers.</summary>
internal static class CodeHighlighter
{
    private static readonly CSharpParseOptions Script =
        new(LanguageVersion.Preview, DocumentationMode.None, SourceCodeKind.Script);

    private static readonly HashSet<string> Contextual =
        ["var", "await", "async", "record", "required", "init", "get", "set", "when", "where", "yield", "with", "and",
            "or", "not", "from", "select"];

    public static string Html(string code)
    {
        var html = new StringBuilder();
        var plain = new List<string>();
        var lines = code.Split('\n');
        for (var index = 0; index <= lines.Length; index++)
        {
            var magic = index < lines.Length && IsMagic(lines[index]);
            if (index < lines.Length && !magic)
            {
                plain.Add(lines[index]);
                continue;
            }
            Tokens(string.Join('\n', plain), html);
            if (plain.Count > 0 && magic)
                html.Append('\n');
            plain.Clear();
            if (magic)
                html.Append(Span("k", lines[index])).Append(index < lines.Length - 1 ? "\n" : "");
        }
        return html.ToString();
    }

    private static bool IsMagic(string line) =>
        line.StartsWith("#!", StringComparison.Ordinal) || line.StartsWith("#r ", StringComparison.Ordinal)
        || line.StartsWith("#load ", StringComparison.Ordinal);

    private static void Tokens(string code, StringBuilder html)
    {
        foreach (var token in SyntaxFactory.ParseTokens(code, options: Script))
        {
            Trivia(token.LeadingTrivia, html);
            html.Append(Span(Class(token), token.Text));
            Trivia(token.TrailingTrivia, html);
        }
    }

    private static void Trivia(SyntaxTriviaList list, StringBuilder html)
    {
        foreach (var trivia in list)
        {
            var comment = trivia.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia
                or SyntaxKind.SingleLineDocumentationCommentTrivia or SyntaxKind.MultiLineDocumentationCommentTrivia;
            html.Append(Span(comment ? "c" : trivia.IsDirective ? "k" : null, trivia.ToFullString()));
        }
    }

    private static string? Class(SyntaxToken token) => token.Kind() switch
    {
        SyntaxKind.NumericLiteralToken => "n",
        SyntaxKind.StringLiteralToken or SyntaxKind.CharacterLiteralToken or SyntaxKind.InterpolatedStringToken
            or SyntaxKind.InterpolatedStringStartToken or SyntaxKind.InterpolatedStringTextToken
            or SyntaxKind.InterpolatedStringEndToken or SyntaxKind.SingleLineRawStringLiteralToken
            or SyntaxKind.MultiLineRawStringLiteralToken or SyntaxKind.Utf8StringLiteralToken => "s",
        SyntaxKind.IdentifierToken when Contextual.Contains(token.Text) => "k",
        var kind when SyntaxFacts.IsReservedKeyword(kind) => "k",
        _ => null,
    };

    private static string Span(string? name, string text)
    {
        var encoded = WebUtility.HtmlEncode(text);
        return name is null || text.Length == 0 ? encoded : $"<span class=\"{name}\">{encoded}</span>";
    }
}
