using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.QuickInfo;

namespace W2S.Kernel.Engine.Editing;

/// <summary>Says what stands at a place in a cell: its signature, and what its documentation says.</summary>
internal static class Inspection
{
    /// <summary>Looks at a position, or just before it.</summary>
    /// <returns>Null where nothing with a meaning stands there.</returns>
    public static async Task<MimeBundle?> AtAsync(Document document, int position, CancellationToken stop)
    {
        var service = QuickInfoService.GetService(document)!;
        var info = await service.GetQuickInfoAsync(document, position, stop).ConfigureAwait(false);
        // Shift-Tab is often pressed right behind a name or inside its brackets
        for (var back = 1; info is null && back <= 2 && position - back >= 0; back++)
        {
            info = await service.GetQuickInfoAsync(document, position - back, stop).ConfigureAwait(false);
        }
        if (info is null || info.Sections.IsEmpty) return null;
        var plain = new StringBuilder();
        var markdown = new StringBuilder();
        foreach (var section in info.Sections)
        {
            if (section.Text.Trim() is not { Length: > 0 } text) continue;
            plain.AppendLine(text);
            markdown.AppendLine(
                section.Kind == QuickInfoSectionKinds.Description ? $"```csharp\n{text}\n```" : $"\n{text}");
        }
        return new MimeBundle("text/plain", plain.ToString().TrimEnd()).Set("text/markdown",
            markdown.ToString().TrimEnd());
    }
}
