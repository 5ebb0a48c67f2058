using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace W2S.Kernel.Engine.Editing;

/// <summary>Types whose namespace no <c>using</c> names, offered with it: front ends can put in text where the reader
/// types, and nowhere else.</summary>
internal static class UnimportedTypes
{
    private const int Shortest = 3, Most = 20;

    /// <summary>The complete names of types that begin as what is typed; none behind a dot.</summary>
    public static async Task<IReadOnlyList<CompletionEntry>> OfAsync(
        Document document, int start, string typed, CancellationToken stop)
    {
        if (typed.Length < Shortest) return [];
        var root = await document.GetSyntaxRootAsync(stop).ConfigureAwait(false);
        if (root!.FindToken(start).Parent is not IdentifierNameSyntax { Parent: var parent } name
            || parent is MemberAccessExpressionSyntax access && access.Name == name
            || parent is QualifiedNameSyntax qualified && qualified.Right == name) return [];
        var model = await document.GetSemanticModelAsync(stop).ConfigureAwait(false);
        var known = model!.LookupNamespacesAndTypes(start).Select(symbol => symbol.Name).ToHashSet();
        var found = new List<string>();
        var open = new Stack<INamespaceSymbol>([model.Compilation.GlobalNamespace]);
        while (open.TryPop(out var space))
        {
            stop.ThrowIfCancellationRequested();
            foreach (var inner in space.GetNamespaceMembers()) open.Push(inner);
            if (space.IsGlobalNamespace) continue;
            found.AddRange(space.GetTypeMembers()
                .Where(type => type is { DeclaredAccessibility: Accessibility.Public, Arity: 0 }
                    && type.Name.StartsWith(typed, StringComparison.Ordinal) && !known.Contains(type.Name))
                .Select(type => type.ToDisplayString()));
        }
        return
        [
            .. found.OrderBy(type => type.Length).ThenBy(type => type, StringComparer.Ordinal).Take(Most)
                .Select(type => new CompletionEntry(type, "class")),
        ];
    }
}
