using System.Text.Json.Nodes;
using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Notebooks;

/// <summary>In which language a cell is written: its own metadata say so, else its first magic, else the notebook's
/// kernel.</summary>
internal static class CellLanguage
{
    // Kernels of other notebook systems: in a cell's metadata or as its first magic they name a language that is not
    // here. Any other name may be that of a kernel which an extension adds on the way.
    private static readonly HashSet<string> Foreign = new(StringComparer.OrdinalIgnoreCase)
    {
        "python", "python3", "r", "julia", "sql", "kql", "vb", "vbnet", "java", "rust", "go", "typescript", "http",
    };

    // What VS Code's former extension calls cells that are in the notebook's own language, or in several.
    private static readonly HashSet<string> Own = new(StringComparer.OrdinalIgnoreCase)
    {
        "polyglot-notebook", "dotnet-interactive", "dotnet-interactive.magic-commands",
        "polyglot-notebook.magic-commands",
    };

    // … and what it puts before the name of a language.
    private static readonly string[] Prefixes = ["dotnet-interactive.", "polyglot-notebook."];

    /// <summary>The language that a notebook's cells start in.</summary>
    /// <exception cref="NotebookException">The notebook is for another kernel; the message lacks the
    /// subject.</exception>
    public static string OfNotebook(Notebook notebook)
    {
        var metadata = notebook.Metadata;
        var named = new[]
        {
            Name(metadata, "polyglot_notebook", "kernelInfo", "defaultKernelName"),
            Name(metadata, "dotnet_interactive", "defaultKernelName"),
            Name(metadata, "kernelspec", "name"),
            Name(metadata, "kernelspec", "language"),
            Name(metadata, "language_info", "name"),
        }.OfType<string>().ToList();
        if (named.Select(Languages.Of).FirstOrDefault(language => language is not null) is { } known)
            return known;
        var kernel = Name(metadata, "kernelspec", "display_name") ?? named.FirstOrDefault();
        return named.Count == 0
            ? "csharp"
            : throw new NotebookException(
                $"is written for the kernel '{kernel}'; this runs notebooks of the kernel "
                + $"'{NotebookMetadata.DisplayName}'");
    }

    /// <summary>A cell's language.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="number">Its number among the code cells, for the message.</param>
    /// <param name="otherwise">The notebook's language.</param>
    /// <exception cref="NotebookException">The language is unknown; the message lacks the subject.</exception>
    public static string OfCell(NotebookCell cell, int number, string otherwise)
    {
        var metadata = cell.Json["metadata"];
        var named = Name(metadata, "polyglot_notebook", "kernelName")
            ?? Name(metadata, "dotnet_interactive", "language")
            ?? Name(metadata, "vscode", "languageId");
        var language = named is null ? otherwise : Languages.Of(named) ?? named;
        var first = cell.Source.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0) ?? "";
        var magic = first.StartsWith("#!", StringComparison.Ordinal) ? first[2..].Split(' ', '\t')[0] : null;
        if (new[] { language, magic }.OfType<string>().FirstOrDefault(Foreign.Contains) is { } foreign)
            throw Unknown(number, foreign);
        return language;
    }

    private static NotebookException Unknown(int number, string name) => new(
        $"has code cell {number} in the language '{name}'; this runs {Languages.Listing}");

    /// <summary>The name of a language or kernel in metadata; null where there is none, or one that means the
    /// notebook's own.</summary>
    private static string? Name(JsonNode? metadata, params ReadOnlySpan<string> path)
    {
        if (NotebookText.One(NotebookText.Get(metadata, path)) is not { Length: > 0 } name || Own.Contains(name))
            return null;
        return Prefixes.FirstOrDefault(
            prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) is { } prefix
            ? name[prefix.Length..]
            : name;
    }
}
