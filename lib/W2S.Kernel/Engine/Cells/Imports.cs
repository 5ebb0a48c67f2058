using W2S.Kernel.Notebooks;

namespace W2S.Kernel.Engine.Cells;

/// <summary>Reads the files that <c>#!import</c> and <c>#load</c> name.</summary>
internal static class Imports
{
    /// <summary>The sources in a file, each with the language that it starts in.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is of a kind that cannot be run.</exception>
    /// <exception cref="NotebookException">It is a notebook that is broken or of another kernel.</exception>
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
            ".ipynb" or DibFile.Extension => Cells(path),
            var other =>
                throw new InvalidDataException(
                    $"'{path}' cannot be imported: '{other}' is none of .csx .cs .fsx .fs .ipynb .dib .html .md .mmd "
                    + ".js"),
        };
    }

    /// <summary>An error inside an imported file, told at the line that imports it.</summary>
    public static CellFailure Failure(Exception failure, CellSource importer, int line)
    {
        var error = ExceptionReport.Describe(failure, importer);
        if (error.Line is not null && error.SourceLine == importer.Line(error.Line.Value))
            return new CellFailure(error);
        var text = importer.Line(line);
        return new CellFailure(error with
        {
            Line = line,
            Column = 1,
            SourceLine = text,
            Traceback = [.. error.Traceback, .. CellFailure.Excerpt(importer, line, 1)],
        });
    }

    private static List<(CellSource Source, string Language)> Cells(string path)
    {
        var notebook = Notebook.Read(path);
        try
        {
            var language = CellLanguage.OfNotebook(notebook);
            return
            [
                .. notebook.CodeCells.Select((cell, index) => (
                    new CellSource($"{path}:{index + 1}", $"{Path.GetFileName(path)}, code cell {index + 1}",
                        cell.Source, Path.GetDirectoryName(path)!),
                    CellLanguage.OfCell(cell, index + 1, language))),
            ];
        }
        catch (NotebookException failure)
        {
            throw new NotebookException($"'{path}' {failure.Message}");
        }
    }
}
