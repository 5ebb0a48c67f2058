using System.Text.Json;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Jupyter;

/// <summary>A cell that is <c>?name</c> shows what is known about the name in the client's pager.</summary>
internal static class Pager
{
    /// <summary>The name that a cell asks about.</summary>
    /// <param name="code">The cell.</param>
    /// <returns>The name, or null where the cell is something else.</returns>
    public static string? Topic(string code)
    {
        var text = code.Trim();
        return text.Length > 1 && text[0] == '?' && !text.Contains('\n') ? text[1..].Trim() : null;
    }

    /// <summary>Writes the reply's payload.</summary>
    /// <param name="content">Where.</param>
    /// <param name="bundle">What is known.</param>
    public static void Payload(Utf8JsonWriter content, MimeBundle bundle)
    {
        content.WriteStartArray("payload");
        content.WriteStartObject();
        content.WriteString("source", "page");
        Publisher.Data(content, bundle);
        content.WriteNumber("start", 0);
        content.WriteEndObject();
        content.WriteEndArray();
    }
}
