using System.Text.Json;
using System.Text.Json.Nodes;

namespace W2S.Kernel.Engine.Cells;

/// <summary>Reads the files that <c>#!import</c> and <c>#load</c> name.</summary>
internal static class Imports
{
    /// <summary>The sources in a file, each with the language that it starts in.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is of a kind that cannot be run, or broken.</exception>
    public static IReadOnlyList<(CellSource Source, string Language)> Read(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"there is no file '{path}'", path);
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".csx" or ".cs" => [(CellSource.File(path), "csharp")],
            ".fsx" or ".fs" => [(CellSource.File(path), "fsharp")],
            ".html" or ".htm" => [(CellSource.File(path), "html")],
            ".md" => [(CellSource.File(path), "markdown")],
            ".mmd" => [(CellSource.File(path), "mermaid")],
            ".js" => [(CellSource.File(path), "javascript")],
            ".ipynb" => Notebook(path),
            var other => throw new InvalidDataException($"'{path}' cannot be imported: '{other}' is none of .csx .cs .fsx .fs .ipynb .html .md .mmd .js"),
        };
    }

    /// <summary>An error inside an imported file, told at the line that imports it.</summary>
    public static CellFailure Failure(Exception failure, CellSource importer, int line)
    {
        var error = ExceptionReport.Describe(failure, importer);
        if (error.Line is not null && error.SourceLine == importer.Line(error.Line.Value)) return new CellFailure(error);
        var text = importer.Line(line);
        return new CellFailure(error with
        {
            Line = line,
            Column = 1,
            SourceLine = text,
            Traceback = [.. error.Traceback, .. CellFailure.Excerpt(importer, line, 1)],
        });
    }

    private static List<(CellSource Source, string Language)> Notebook(string path)
    {
        var cells = new List<(CellSource, string)>();
        try
        {
            var notebook = JsonNode.Parse(File.ReadAllText(path))!;
            var language = notebook["metadata"]?["kernelspec"]?["language"]?.GetValue<string>() ?? "csharp";
            var number = 0;
            foreach (var cell in notebook["cells"]!.AsArray())
            {
                if (cell!["cell_type"]!.GetValue<string>() != "code") continue;
                number++;
                var text = cell["source"] is JsonArray lines
                    ? string.Concat(lines.Select(line => line!.GetValue<string>()))
                    : cell["source"]!.GetValue<string>();
                var own = cell["metadata"]?["polyglot_notebook"]?["kernelName"]?.GetValue<string>()
                    ?? cell["metadata"]?["dotnet_interactive"]?["language"]?.GetValue<string>();
                var label = $"{Path.GetFileName(path)}, code cell {number}";
                cells.Add((new CellSource($"{path}:{number}", label, text, Path.GetDirectoryName(path)!), own ?? language));
            }
        }
        catch (Exception failure) when (failure is JsonException or NullReferenceException or InvalidOperationException)
        {
            throw new InvalidDataException($"'{path}' is not a notebook of format 4: {failure.Message}", failure);
        }
        return cells;
    }
}
