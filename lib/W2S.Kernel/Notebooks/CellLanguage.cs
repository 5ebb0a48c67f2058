using System.Text.Json.Nodes;
using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Notebooks;

/// <summary>In which language a cell is written: its own metadata say so, else its first magic, else the notebook's kernel.</summary>
internal static class CellLanguage
{
    // Kernels of other notebook systems: as a cell's first magic they name a language, not one of this engine's commands.
    private static readonly HashSet<string> Foreign = new(StringComparer.OrdinalIgnoreCase)
    {
        "python", "python3", "r", "julia", "sql", "kql", "vb", "vbnet", "java", "rust", "go", "typescript", "http", "value",
    };

    /// <summary>The language that a notebook's cells start in.</summary>
    /// <exception cref="NotebookException">The notebook is for another kernel; the message lacks the subject.</exception>
    public static string OfNotebook(Notebook notebook)
    {
        var metadata = notebook.Metadata;
        var named = new[]
        {
            Text(metadata["polyglot_notebook"]?["kernelInfo"]?["defaultKernelName"]),
            Text(metadata["kernelspec"]?["name"]),
            Text(metadata["kernelspec"]?["language"]),
            Text(metadata["language_info"]?["name"]),
        };
        if (named.OfType<string>().Select(Languages.Of).FirstOrDefault(language => language is not null) is { } known)
            return known;
        var unknown = Text(metadata["kernelspec"]?["display_name"]) ?? named.FirstOrDefault(name => name is not null);
        return unknown is null
            ? "csharp"
            : throw new NotebookException(
                $"is written for the kernel '{unknown}'; this runs notebooks of the kernel '{NotebookMetadata.DisplayName}'");
    }

    /// <summary>A cell's language.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="number">Its number among the code cells, for the message.</param>
    /// <param name="otherwise">The notebook's language.</param>
    /// <exception cref="NotebookException">The language is unknown; the message lacks the subject.</exception>
    public static string OfCell(NotebookCell cell, int number, string otherwise)
    {
        var metadata = cell.Json["metadata"];
        var named = Text(metadata?["polyglot_notebook"]?["kernelName"])
            ?? Text(metadata?["dotnet_interactive"]?["language"])
            ?? Text(metadata?["vscode"]?["languageId"]);
        var language = named is null ? otherwise : Languages.Of(named) ?? throw Unknown(number, named);
        var first = cell.Source.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0) ?? "";
        var magic = first.StartsWith("#!", StringComparison.Ordinal) ? first[2..].Split(' ', '\t')[0] : null;
        if (magic is not null && Foreign.Contains(magic))
            throw Unknown(number, magic);
        return language;
    }

    private static NotebookException Unknown(int number, string name) => new(
        $"has code cell {number} in the language '{name}'; this runs {Languages.Listing}");

    private static string? Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;
}
