using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using W2S.Kernel.Engine.Assemblies;

namespace W2S.Kernel.Engine.CSharp;

/// <summary>Keeps the pieces of a session on one set of symbols.</summary>
/// <remarks>A piece knows what those before it refer to, so it names only references that came in since. The compiler
/// does not drop those that it is told again: a session's memory would grow by the square of its cells.</remarks>
internal static class SubmissionChain
{
    /// <summary>How many references, the first of the session's, a piece on top of another need not name.</summary>
    public static int Known(CSharpCompilation? latest) => References(latest).Count();

    /// <summary>Binds a new piece to its references, and those before it where they speak of other symbols.</summary>
    /// <returns>The piece, on top of pieces that share its symbols.</returns>
    /// <remarks>
    /// A reference that comes in later may be one that an earlier assembly had been missing. The compiler then makes
    /// that assembly's symbols anew, and what earlier pieces declared with its types would no longer fit.
    /// </remarks>
    public static CSharpCompilation Bind(CSharpCompilation piece)
    {
        ReferenceBinding.Bind(piece);
        var previous = piece.ScriptCompilationInfo!.PreviousScriptCompilation;
        if (previous is null || Shares(piece, previous)) return piece;
        var rebound = Rebind(previous, piece.ExternalReferences);
        return rebound is null ? piece : ReferenceBinding.Bind(On(piece.WithReferences(), rebound));
    }

    private static bool Shares(CSharpCompilation piece, CSharpCompilation previous) =>
        piece.ExternalReferences.Length == 0 || References(previous).All(reference =>
            SymbolEqualityComparer.Default.Equals(
                previous.GetAssemblyOrModuleSymbol(reference), piece.GetAssemblyOrModuleSymbol(reference)));

    // All pieces on top of a first one that names every reference.
    // Null where a piece would not compile any more, as when the new reference makes a name in it ambiguous.
    private static CSharpCompilation? Rebind(CSharpCompilation piece, IEnumerable<MetadataReference> more)
    {
        more = piece.ExternalReferences.Concat(more);
        CSharpCompilation rebound;
        if (piece.ScriptCompilationInfo!.PreviousScriptCompilation is { } previous)
        {
            if (Rebind(previous, more) is not { } below) return null;
            rebound = On(piece.WithReferences(), below);
        }
        else
        {
            rebound = piece.WithReferences(more);
        }
        ReferenceBinding.Bind(rebound);
        // emitted for what that settles: the names of anonymous types, which are those of the piece that runs
        var emitted = rebound.Emit(Stream.Null);
        return emitted.Diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error) ? null : rebound;
    }

    private static IEnumerable<MetadataReference> References(CSharpCompilation? latest)
    {
        for (var piece = latest; piece is not null; piece = piece.ScriptCompilationInfo!.PreviousScriptCompilation)
            foreach (var reference in piece.ExternalReferences) yield return reference;
    }

    private static CSharpCompilation On(CSharpCompilation piece, CSharpCompilation previous) =>
        piece.WithScriptCompilationInfo(piece.ScriptCompilationInfo!.WithPreviousScriptCompilation(previous));
}
