using Microsoft.CodeAnalysis;

namespace W2S.Kernel.Engine.Editing;

/// <summary>What the compiler says of a cell that has not run.</summary>
internal static class CellDiagnostics
{
    /// <summary>Errors and warnings, in the order of the text.</summary>
    public static async Task<IReadOnlyList<Diagnostic>> OfAsync(Document document, CancellationToken stop)
    {
        var model = await document.GetSemanticModelAsync(stop).ConfigureAwait(false);
        return
        [
            .. model!.GetDiagnostics(cancellationToken: stop)
                .Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)
                .OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start),
        ];
    }
}
