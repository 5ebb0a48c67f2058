using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using W2S.Kernel.Engine.CSharp;

namespace W2S.Kernel.Notebooks;

/// <summary>Gives a notebook's parameters other values for one run, by the tags that Papermill uses.</summary>
/// <remarks>
/// The cell tagged <c>parameters</c> declares them with their defaults; the values stand in a cell of their own behind
/// it, tagged <c>injected-parameters</c>. They are assigned, so that each keeps the type that it was declared with.
/// </remarks>
internal static class NotebookParameters
{
    private const string Tag = "parameters", InjectedTag = "injected-parameters";

    /// <summary>Puts the cell in, in the place of one from an earlier run.</summary>
    /// <exception cref="NotebookException">No cell declares such a parameter; the message lacks the
    /// subject.</exception>
    public static void Set(Notebook notebook, IReadOnlyDictionary<string, string> values)
    {
        var cell = notebook.CodeCells.FirstOrDefault(cell => cell.Tags.Contains(Tag))
            ?? throw new NotebookException($"has no cell with the tag '{Tag}', which --parameter sets variables of");
        var declared = CSharpSyntaxTree.ParseText(cell.Source, CellOptions.Parsing).GetRoot()
            .DescendantNodes().OfType<VariableDeclaratorSyntax>()
            .Where(variable => variable.Parent?.Parent is FieldDeclarationSyntax)
            .ToDictionary(variable => variable.Identifier.Text);
        var lines = values.Select(value => declared.TryGetValue(value.Key, out var variable)
            ? $"{value.Key} = {Literal(value.Value, variable)};"
            : throw new NotebookException($"has no parameter '{value.Key}'; the cell with the tag '{Tag}' declares "
                + (declared.Count > 0 ? string.Join(", ", declared.Keys) : "none")));
        notebook.Insert(cell, new JsonObject
        {
            ["cell_type"] = "code",
            ["execution_count"] = null,
            ["id"] = InjectedTag,
            ["metadata"] = new JsonObject { ["tags"] = new JsonArray(InjectedTag) },
            ["outputs"] = new JsonArray(),
            ["source"] = string.Join('\n', lines.Prepend("// Parameters of this run")),
        }, replaces: other => other.Tags.Contains(InjectedTag));
    }

    // As the declaration has it: text in quotes where the default is, a number with the default's suffix.
    private static string Literal(string value, VariableDeclaratorSyntax variable)
    {
        var type = ((VariableDeclarationSyntax)variable.Parent!).Type.ToString();
        var start = variable.Initializer?.Value;
        var isText = type == "string" || start is InterpolatedStringExpressionSyntax
            || start?.IsKind(SyntaxKind.StringLiteralExpression) == true;
        if (!isText && value is "true" or "false" or "null") return value;
        if (isText || !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            return SymbolDisplay.FormatLiteral(value, quote: true);
        var suffix = type switch
        {
            "float" => "f",
            "decimal" => "m",
            _ => start?.DescendantTokens().LastOrDefault().Text is [.., 'f' or 'F' or 'm' or 'M' or 'd' or 'D'] text
                && !text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[^1].ToString() : "",
        };
        return value + suffix;
    }
}
