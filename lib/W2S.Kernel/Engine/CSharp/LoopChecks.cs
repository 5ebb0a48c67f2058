using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace W2S.Kernel.Engine.CSharp;

/// <summary>Adds a cancellation check to every loop of a cell, so that any of them can be stopped.</summary>
/// <remarks>The text grows within its lines only: line numbers stay, and columns are mapped back.</remarks>
internal sealed class LoopChecks
{
    private const string Check = "global::W2S.Kernel.Engine.Script.Cell.Check();";
    private readonly SourceText original;
    private readonly List<TextChange> changes;

    private LoopChecks(SourceText original, List<TextChange> changes)
    {
        this.original = original;
        this.changes = changes;
        Text = changes.Count == 0 ? original : original.WithChanges(changes);
    }

    /// <summary>The text with its checks.</summary>
    public SourceText Text { get; }

    /// <summary>Adds the checks.</summary>
    /// <param name="tree">Code without syntax errors; with them it is left as it is.</param>
    public static LoopChecks Add(SyntaxTree tree)
    {
        var changes = new List<TextChange>();
        if (!tree.GetDiagnostics().Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error))
        {
            foreach (var node in tree.GetRoot().DescendantNodes()) Visit(node, changes);
        }
        // at one place the closing brace of an inner loop comes before whatever an outer one opens there
        changes = [.. changes.Select((change, order) => (change, order)).OrderBy(pair => pair.change.Span.Start).ThenBy(pair => pair.order).Select(pair => pair.change)];
        return new(tree.GetText(), Merge(changes));
    }

    /// <summary>Maps a place in the text with checks back to the original.</summary>
    /// <param name="line">Line, from 0.</param>
    /// <param name="column">Column, from 0.</param>
    /// <returns>The column in the original; the line is the same.</returns>
    public int OriginalColumn(int line, int column)
    {
        if (line < 0 || line >= Text.Lines.Count) return column;
        var start = Text.Lines[line].Start;
        return OriginalPosition(Math.Min(start + column, Text.Lines[line].End)) - original.Lines[line].Start;
    }

    /// <summary>Maps a position in the text with checks back to the original.</summary>
    public int OriginalPosition(int position)
    {
        var grown = 0;
        foreach (var change in changes)
        {
            var at = change.Span.Start + grown;
            if (position <= at) break;
            var length = change.NewText!.Length;
            if (position < at + length) return change.Span.Start;
            grown += length;
        }
        return position - grown;
    }

    private static void Visit(SyntaxNode node, List<TextChange> changes)
    {
        var body = node switch
        {
            WhileStatementSyntax loop => loop.Statement,
            DoStatementSyntax loop => loop.Statement,
            ForStatementSyntax loop => loop.Statement,
            CommonForEachStatementSyntax loop => loop.Statement,
            _ => null,
        };
        if (body is BlockSyntax block)
        {
            Insert(changes, block.OpenBraceToken.Span.End, Check);
        }
        else if (body is not null)
        {
            Insert(changes, body.SpanStart, "{" + Check);
            Insert(changes, body.Span.End, "}");
        }
        else if (node is LabeledStatementSyntax labeled)
        {
            Insert(changes, labeled.ColonToken.Span.End, Check);
        }
    }

    private static void Insert(List<TextChange> changes, int position, string text) =>
        changes.Add(new TextChange(new TextSpan(position, 0), text));

    private static List<TextChange> Merge(List<TextChange> sorted)
    {
        var merged = new List<TextChange>();
        foreach (var change in sorted)
        {
            if (merged.Count > 0 && merged[^1].Span.Start == change.Span.Start)
            {
                merged[^1] = new TextChange(change.Span, merged[^1].NewText + change.NewText);
            }
            else
            {
                merged.Add(change);
            }
        }
        return merged;
    }
}
