using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace W2S.Kernel.Engine.CSharp;

/// <summary>
/// Using declarations at the top of a cell: C# scripts have none, so each becomes a variable and an action for the
/// cell's end.
/// </summary>
/// <remarks>
/// <c>using var x = F();</c> is compiled as <c>var x = F(); Cell.AtEnd(() => { using (x) { } });</c>. The compiler
/// thus says what may stand in such a declaration and how it is disposed. A declared <c>_</c> gets a name of its own,
/// so that any number of them can stand in a cell and <c>_</c> stays free for discards.
/// </remarks>
internal static class UsingDeclarations
{
    /// <summary>How the names begin that declarations of <c>_</c> get.</summary>
    public const string UnnamedPrefix = "_ˍusing";

    private static readonly CSharpParseOptions ProgramOptions =
        CellOptions.Parsing.WithKind(SourceCodeKind.Regular);

    /// <summary>Finds them, as C# finds them in the top-level statements of a program.</summary>
    public static IReadOnlyList<LocalDeclarationStatementSyntax> In(string code)
    {
        if (!code.Contains("using", StringComparison.Ordinal)) return [];
        var root = (CompilationUnitSyntax)CSharpSyntaxTree.ParseText(code, ProgramOptions).GetRoot();
        return
        [
            .. root.Members.OfType<GlobalStatementSyntax>()
                .Select(member => member.Statement).OfType<LocalDeclarationStatementSyntax>()
                .Where(declaration => declaration.UsingKeyword != default
                    && declaration.Declaration.Variables.All(variable => variable.Initializer is not null)),
        ];
    }

    /// <summary>The code with plain declarations in their place, each character where it was.</summary>
    public static string Blank(string code) => Blank(code, In(code));

    /// <summary>The code with plain declarations in the place of those given, each character where it was.</summary>
    public static string Blank(string code, IReadOnlyList<LocalDeclarationStatementSyntax> declarations)
    {
        if (declarations.Count == 0) return code;
        var text = code.ToCharArray();
        foreach (var declaration in declarations)
        {
            text.AsSpan(declaration.UsingKeyword.SpanStart, declaration.UsingKeyword.Span.Length).Fill(' ');
            text.AsSpan(declaration.AwaitKeyword.SpanStart, declaration.AwaitKeyword.Span.Length).Fill(' ');
        }
        return new string(text);
    }

    /// <summary>What the blanked code needs besides: each variable disposed at the cell's end.</summary>
    public static IEnumerable<Edit> Edits(IReadOnlyList<LocalDeclarationStatementSyntax> declarations)
    {
        foreach (var statement in declarations)
        {
            var type = statement.Declaration.Type;
            var again = string.Join(' ', type.DescendantTokens().Select(token => token.Text));
            var variables = statement.Declaration.Variables;
            for (var i = 0; i < variables.Count; i++)
            {
                var name = variables[i].Identifier;
                var written = name.Text;
                if (written == "_")
                {
                    written = UnnamedPrefix + name.SpanStart;
                    yield return new Edit(name.Span, written, name.SpanStart);
                }
                var action = AtEnd(written, statement.AwaitKeyword != default);
                if (i == variables.Count - 1)
                {
                    var behind = new TextSpan(statement.SemicolonToken.Span.End, 0);
                    yield return new Edit(behind, " " + action, statement.SpanStart);
                }
                else if (!type.IsVar) // several variables of one 'var' are an error, which the compiler is left to tell
                {
                    yield return new Edit(variables.GetSeparator(i).Span, $"; {action} {again} ", statement.SpanStart);
                }
            }
        }
    }

    private static string AtEnd(string name, bool awaits) => awaits
        ? $"global::W2S.Kernel.Engine.Script.Cell.AtEnd(async () => {{ await using ({name}) {{ }} }});"
        : $"global::W2S.Kernel.Engine.Script.Cell.AtEnd(() => {{ using ({name}) {{ }} }});";
}
