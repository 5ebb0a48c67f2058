using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Completion;
using W2S.Kernel.Engine.Cells;

namespace W2S.Kernel.Engine.Editing;

/// <summary>Completes C# by Roslyn, and the names of magics.</summary>
internal static class Completions
{
    private const int Most = 1000;

    /// <summary>Completes at a position inside a piece of C#.</summary>
    public static async Task<CompletionResult> CSharpAsync(Document document, int position, CancellationToken stop)
    {
        var service = CompletionService.GetService(document)!;
        var list = await service.GetCompletionsAsync(document, position, cancellationToken: stop).ConfigureAwait(false);
        var text = await document.GetTextAsync(stop).ConfigureAwait(false);
        var typed = text.ToString(list.Span)[..Math.Max(0, Math.Min(list.Span.Length, position - list.Span.Start))];
        var fitting = typed.Length == 0 ? [.. list.ItemsList]
            : service.FilterItems(document, [.. list.ItemsList], typed);
        var entries = fitting
            .OrderByDescending(item => item.FilterText.StartsWith(typed, StringComparison.Ordinal))
            .ThenByDescending(item => item.FilterText.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .ThenByDescending(item => item.Rules.MatchPriority)
            .ThenBy(item => item.SortText, StringComparer.OrdinalIgnoreCase)
            .Select(item => new CompletionEntry(item.DisplayText, Kind(item.Tags)))
            .DistinctBy(entry => entry.Text)
            .Take(Most)
            .ToList();
        entries.AddRange(
            await UnimportedTypes.OfAsync(document, list.Span.Start, typed, stop).ConfigureAwait(false));
        return new CompletionResult(list.Span.Start, list.Span.End, entries);
    }

    /// <summary>Completes the name of a magic on the line that ends at a position; null where it is no magic's
    /// line.</summary>
    public static CompletionResult? Magic(string code, int position)
    {
        var start = code.LastIndexOf('\n', Math.Max(0, position - 1)) + 1;
        if (start > position || !code.AsSpan(start, position - start).StartsWith("#!", StringComparison.Ordinal))
            return null;
        if (!CellParser.IsMagic(code, start)) return null;
        var typed = code[(start + 2)..position];
        if (typed.Any(char.IsWhiteSpace)) return new CompletionResult(position, position, []);
        var fitting = Magics.Names.Where(name => name.StartsWith(typed, StringComparison.OrdinalIgnoreCase)).Order();
        return new CompletionResult(start, position,
            [.. fitting.Select(name => new CompletionEntry("#!" + name, "magic"))]);
    }

    private static string Kind(ImmutableArray<string> tags) => tags.FirstOrDefault()?.ToLowerInvariant() switch
    {
        null or "" => "text",
        "extensionmethod" => "method",
        "structure" => "struct",
        var known => known,
    };
}
