using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace W2S.Kernel.Engine.CSharp;

/// <summary>Adds a cancellation check to every loop of a cell, so that any of them can be stopped.</summary>
internal static class LoopChecks
{
    private const string Check = "global::W2S.Kernel.Engine.Script.Cell.Check();";

    /// <summary>The checks for code without syntax errors, those of one place in their order.</summary>
    public static IEnumerable<Edit> In(SyntaxNode root) => root.DescendantNodes().SelectMany(Of);

    private static IEnumerable<Edit> Of(SyntaxNode node)
    {
        var body = node switch
        {
            WhileStatementSyntax loop => loop.Statement,
            DoStatementSyntax loop => loop.Statement,
            ForStatementSyntax loop => loop.Statement,
            CommonForEachStatementSyntax loop => loop.Statement,
            _ => null,
        };
        return (body, node) switch
        {
            (BlockSyntax block, _) => [Edit.Insert(block.OpenBraceToken.Span.End, Check)],
            ({ } single, _) => [Edit.Insert(single.SpanStart, "{" + Check), Edit.Insert(single.Span.End, "}")],
            (_, LabeledStatementSyntax labeled) => [Edit.Insert(labeled.ColonToken.Span.End, Check)],
            _ => [],
        };
    }
}
