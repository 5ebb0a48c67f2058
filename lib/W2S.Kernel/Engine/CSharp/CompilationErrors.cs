using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Engine.CSharp;

/// <summary>Says what the compiler found wrong, where the reader can find it.</summary>
internal static class CompilationErrors
{
    private const int Shown = 10;

    public static CellFailure Failure(ImmutableArray<Diagnostic> diagnostics, CellSource source, CheckedCode code)
    {
        var errors = diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start)
            .Select(diagnostic => Place(diagnostic, code))
            .DistinctBy(error => (error.Line, error.Message))
            .ToList();
        var lines = new List<string>();
        foreach (var error in errors.Take(Shown))
        {
            lines.Add(error.Message);
            lines.AddRange(CellFailure.Excerpt(source, error.Line, error.Column));
        }
        if (errors.Count > Shown) lines.Add($"and {errors.Count - Shown} more errors");
        var first = errors[0];
        return new CellFailure(new CellError("CompilationError", first.Message, lines)
        {
            Line = first.Line,
            Column = first.Column,
            SourceLine = source.Line(first.Line),
        });
    }

    private static (int Line, int Column, string Message) Place(Diagnostic diagnostic, CheckedCode code)
    {
        var message =
            $"error {diagnostic.Id}: "
            + $"{diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture).ReplaceLineEndings(" ")}";
        if (!diagnostic.Location.IsInSource) return (1, 1, message);
        var start = diagnostic.Location.GetLineSpan().StartLinePosition;
        return (start.Line + 1, code.OriginalColumn(start.Line, start.Character) + 1, message);
    }
}
