using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.CSharp;

namespace W2S.Kernel.Engine.Editing;

/// <summary>Tells whether a cell's text is whole.</summary>
internal static class Completeness
{
    private const int IndentWidth = 4;

    /// <summary>Judges a cell by its last part: only there can more come.</summary>
    public static CompletenessResult Check(string code)
    {
        var last = CellParser.Split(code, "csharp").LastOrDefault(part => part.Command is null);
        if (last is { Language: "fsharp" }) return new CompletenessResult(CompletenessStatus.Unknown);
        if (last is not { Language: "csharp" }) return new CompletenessResult(CompletenessStatus.Complete);
        var tree = CSharpSyntaxTree.ParseText(UsingDeclarations.Blank(last.Code), CellOptions.Parsing);
        if (!SyntaxFactory.IsCompleteSubmission(tree))
            return new CompletenessResult(CompletenessStatus.Incomplete, Indent(tree));
        var wrong =
            tree.GetDiagnostics()
                .Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error && diagnostic.Id != "CS1024");
        return new CompletenessResult(wrong ? CompletenessStatus.Invalid : CompletenessStatus.Complete);
    }

    private static string Indent(SyntaxTree tree)
    {
        var depth = 0;
        foreach (var token in tree.GetRoot().DescendantTokens())
        {
            if (token.IsMissing) continue;
            if (token.IsKind(SyntaxKind.OpenBraceToken)) depth++;
            else if (token.IsKind(SyntaxKind.CloseBraceToken)) depth--;
        }
        return new string(' ', IndentWidth * Math.Max(0, depth));
    }
}
