using Microsoft.CodeAnalysis.Text;

namespace W2S.Kernel.Engine.Cells;

/// <summary>A text that code was taken from: a cell, or a file that a cell imported.</summary>
/// <param name="Path">The file's absolute path, or a name that is the cell's own among all cells of the
/// process.</param>
/// <param name="Label">How a traceback names it; null for a cell.</param>
/// <param name="Text">The whole text.</param>
/// <param name="Folder">Where relative paths in it start.</param>
internal sealed record CellSource(string Path, string? Label, string Text, string Folder)
{
    private static int cells;
    private SourceText? lines;

    public SourceText Lines => lines ??= SourceText.From(Text);

    public static CellSource Cell(string text, string folder) =>
        new($"cell:{Interlocked.Increment(ref cells)}", null, text, folder);

    public static CellSource File(string path) =>
        new(path, System.IO.Path.GetFileName(path), System.IO.File.ReadAllText(path),
            System.IO.Path.GetDirectoryName(path)!);

    /// <summary>The text of a line.</summary>
    /// <param name="line">Its number, from 1.</param>
    /// <returns>The line without its end; empty where there is none.</returns>
    public string Line(int line) => line >= 1 && line <= Lines.Lines.Count ? Lines.Lines[line - 1].ToString() : "";
}
