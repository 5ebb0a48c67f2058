using System.Text.Json.Nodes;
using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Notebooks;

/// <summary>Reads a <c>.dib</c> file, the text form in which .NET Interactive keeps notebooks, as a notebook.</summary>
/// <remarks>
/// A line that names a language begins a cell, except where it stands in a string; <c>#!meta</c> heads what is for the
/// editor alone. Cells of another language than C# keep their line, which every front end passes on.
/// </remarks>
public static class DibFile
{
    /// <summary>The ending of such files' names.</summary>
    public const string Extension = ".dib";

    private const string Meta = "meta";

    /// <summary>Reads a file's text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The notebook, without outputs.</returns>
    public static Notebook Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
        var cells = new JsonArray();
        var (language, head, begin) = ("csharp", "#!csharp", 0);
        for (var first = 0; first <= lines.Length;)
        {
            var line = first < lines.Length ? MagicLines.Next(lines, first, language) : lines.Length;
            first = line + 1;
            var mark = line < lines.Length ? lines[line].Trim() : "";
            var name = mark.Length > 2 ? mark[2..].Split(' ', '\t')[0] : "";
            if (line < lines.Length && !BeginsCell(name)) continue; // a magic within the cell
            var source = string.Join('\n', lines[begin..line]).Trim('\n');
            if (language != Meta && (source.Length > 0 || head.Contains(' ')))
                cells.Add(Cell($"cell-{cells.Count + 1}", language, head, source));
            (language, head, begin) = (Languages.Of(name) ?? name, mark, first);
        }
        return Notebook.Parse(new JsonObject
        {
            ["cells"] = cells,
            ["metadata"] = new JsonObject
            {
                ["kernelspec"] = NotebookMetadata.KernelSpec(),
                ["language_info"] = NotebookMetadata.LanguageInfo(),
            },
            ["nbformat"] = 4,
            ["nbformat_minor"] = 5,
        }.ToJsonString());
    }

    private static bool BeginsCell(string name) =>
        name == Meta || Languages.Of(name) is not null || Languages.IsOther(name);

    private static JsonObject Cell(string id, string language, string head, string source)
    {
        var isCode = language != "markdown";
        var cell = new JsonObject
        {
            ["cell_type"] = isCode ? "code" : "markdown",
            ["id"] = id,
            ["metadata"] = new JsonObject(),
            ["source"] = language is "csharp" or "markdown" ? source
                : source.Length == 0 ? head : $"{head}\n{source}",
        };
        if (!isCode) return cell;
        cell["execution_count"] = null;
        cell["outputs"] = new JsonArray();
        return cell;
    }
}
