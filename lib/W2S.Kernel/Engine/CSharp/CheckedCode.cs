using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace W2S.Kernel.Engine.CSharp;

/// <summary>A piece of C# as it is compiled: its loops can be stopped, its using declarations last a cell.</summary>
/// <remarks>The text changes within its lines only: line numbers stay, and columns are mapped back.</remarks>
internal sealed class CheckedCode
{
    private readonly SourceText original;
    private readonly IReadOnlyList<Edit> edits;

    private CheckedCode(SourceText original, IReadOnlyList<Edit> edits)
    {
        this.original = original;
        this.edits = edits;
        Text = edits.Count == 0 ? original : Apply(original.ToString(), edits);
    }

    /// <summary>The text to compile.</summary>
    public SourceText Text { get; }

    /// <summary>Prepares a piece; one with syntax errors stays as it is, but for its using declarations.</summary>
    public static CheckedCode Of(string code)
    {
        var tree = Parse(code);
        var declarations = HasErrors(tree) ? UsingDeclarations.In(code) : [];
        if (declarations.Count > 0) tree = Parse(UsingDeclarations.Blank(code, declarations));
        if (HasErrors(tree)) return new(tree.GetText(), []);
        var root = (CompilationUnitSyntax)tree.GetRoot();
        Edit[] edits =
        [
            .. LoopChecks.In(root),
            .. UsingDeclarations.Edits(declarations),
            .. ReturnStatements.Edits(root),
        ];
        // at one place the closing brace of an inner loop comes before whatever an outer one opens there
        return new(tree.GetText(), [.. edits.OrderBy(edit => edit.Span.Start)]);
    }

    /// <summary>Maps a place in the compiled text back to the original.</summary>
    /// <param name="line">Line, from 0.</param>
    /// <param name="column">Column, from 0.</param>
    /// <returns>The column in the original; the line is the same.</returns>
    public int OriginalColumn(int line, int column)
    {
        if (line < 0 || line >= Text.Lines.Count) return column;
        var start = Text.Lines[line].Start;
        var position = OriginalPosition(Math.Min(start + column, Text.Lines[line].End));
        return Math.Max(0, position - original.Lines[line].Start);
    }

    /// <summary>Maps a position in the compiled text back to the original.</summary>
    public int OriginalPosition(int position)
    {
        var grown = 0;
        foreach (var edit in edits)
        {
            var at = edit.Span.Start + grown;
            if (position < at) break;
            if (position < at + edit.Text.Length) return edit.Blame;
            grown += edit.Text.Length - edit.Span.Length;
        }
        return position - grown;
    }

    private static SyntaxTree Parse(string code) =>
        CSharpSyntaxTree.ParseText(SourceText.From(code, Encoding.UTF8), CellOptions.Parsing);

    private static bool HasErrors(SyntaxTree tree) =>
        tree.GetDiagnostics().Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

    private static SourceText Apply(string code, IReadOnlyList<Edit> edits)
    {
        var text = new StringBuilder(code.Length + edits.Sum(edit => edit.Text.Length));
        var copied = 0;
        foreach (var edit in edits)
        {
            text.Append(code, copied, edit.Span.Start - copied).Append(edit.Text);
            copied = edit.Span.End;
        }
        return SourceText.From(text.Append(code, copied, code.Length - copied).ToString(), Encoding.UTF8);
    }
}
