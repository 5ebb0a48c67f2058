using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using W2S.Kernel.Engine.Assemblies;

namespace W2S.Kernel.Engine.CSharp;

/// <summary>Keeps the pieces of a session on one set of symbols.</summary>
internal static class SubmissionChain
{
    /// <summary>Binds a new piece to its references, and the pieces before it where they would speak of other
    /// symbols.</summary>
    /// <returns>The piece, on top of pieces that share its symbols.</returns>
    /// <remarks>
    /// A reference that comes in later may be one that an earlier assembly had been missing. The compiler then makes
    /// that assembly's symbols anew, and what earlier pieces declared with its types would no longer fit.
    /// </remarks>
    public static CSharpCompilation Bind(CSharpCompilation piece)
    {
        ReferenceBinding.Bind(piece);
        if (piece.ScriptCompilationInfo!.PreviousScriptCompilation is not { } previous || Shares(piece, previous))
            return piece;
        var rebound = Rebind(previous, piece.ExternalReferences);
        return rebound is null ? piece : ReferenceBinding.Bind(On(piece, rebound));
    }

    private static bool Shares(CSharpCompilation piece, CSharpCompilation previous) =>
        piece.ExternalReferences.Length == previous.ExternalReferences.Length // references are only ever added
        || previous.ExternalReferences.All(reference => SymbolEqualityComparer.Default.Equals(
            previous.GetAssemblyOrModuleSymbol(reference), piece.GetAssemblyOrModuleSymbol(reference)));

    // Null where a piece would not compile any more, as when the new reference makes a name in it ambiguous.
    private static CSharpCompilation? Rebind(CSharpCompilation piece, IEnumerable<MetadataReference> references)
    {
        var rebound = piece.WithReferences(references);
        if (piece.ScriptCompilationInfo!.PreviousScriptCompilation is { } previous)
        {
            if (Rebind(previous, references) is not { } below) return null;
            rebound = On(rebound, below);
        }
        ReferenceBinding.Bind(rebound);
        // emitted for what that settles: the names of anonymous types, which are those of the piece that runs
        var emitted = rebound.Emit(Stream.Null);
        return emitted.Diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error) ? null : rebound;
    }

    private static CSharpCompilation On(CSharpCompilation piece, CSharpCompilation previous) =>
        piece.WithScriptCompilationInfo(piece.ScriptCompilationInfo!.WithPreviousScriptCompilation(previous));
}
