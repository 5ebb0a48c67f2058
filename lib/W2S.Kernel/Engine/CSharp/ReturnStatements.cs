using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace W2S.Kernel.Engine.CSharp;

/// <summary>Return statements of a cell itself, not of a function in it: they end the cell.</summary>
internal static class ReturnStatements
{
    private const string Nothing = " global::W2S.Kernel.Engine.Script.Cell.Nothing";

    /// <summary>True where the cell may return a value.</summary>
    public static bool ReturnValue(CompilationUnitSyntax root) =>
        In(root).Any(statement => statement.Expression is not null);

    /// <summary>What tells a cell that returns nothing from one that returns null.</summary>
    public static IEnumerable<Edit> Edits(CompilationUnitSyntax root)
    {
        var statements = In(root).ToList();
        foreach (var statement in statements.Where(statement => statement.Expression is null))
        {
            yield return Edit.Insert(statement.ReturnKeyword.Span.End, Nothing);
        }
        if (statements.Exists(statement => statement.Expression is not null) && TrailingExpression(root) is null)
        {
            yield return Edit.Insert(root.EndOfFileToken.GetPreviousToken().Span.End, $" return{Nothing};");
        }
    }

    /// <summary>The expression without a semicolon that ends a cell; null where there is none.</summary>
    public static ExpressionSyntax? TrailingExpression(CompilationUnitSyntax root) =>
        root.Members.LastOrDefault() is GlobalStatementSyntax
        {
            Statement: ExpressionStatementSyntax { SemicolonToken.IsMissing: true } last,
        }
            ? last.Expression
            : null;

    private static IEnumerable<ReturnStatementSyntax> In(CompilationUnitSyntax root) =>
        root.Members.OfType<GlobalStatementSyntax>()
            .SelectMany(member => member.DescendantNodes(IsOutsideFunctions))
            .OfType<ReturnStatementSyntax>();

    private static bool IsOutsideFunctions(SyntaxNode node) => node
        is StatementSyntax and not LocalFunctionStatementSyntax
        or GlobalStatementSyntax or ElseClauseSyntax or SwitchSectionSyntax or CatchClauseSyntax or FinallyClauseSyntax;
}
