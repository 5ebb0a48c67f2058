using System.Text.Json.Nodes;

namespace W2S.Kernel.Notebooks;

/// <summary>Text as notebooks hold it: one string, or a list of lines that keep their line ends.</summary>
/// <remarks>Files hold anything anywhere: what is no text has none, and what is no object has no properties.</remarks>
internal static class NotebookText
{
    /// <summary>A string's or a list's text; that of anything else is empty.</summary>
    public static string Join(JsonNode? node) =>
        node is JsonArray lines ? string.Concat(lines.Select(One)) : One(node) ?? "";

    public static bool IsText(JsonNode? node) =>
        node is JsonArray lines ? lines.All(line => One(line) is not null) : One(node) is not null;

    /// <summary>A string; null where the value is none.</summary>
    public static string? One(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>What a value holds under a name; null where it holds nothing, or is no object.</summary>
    public static JsonNode? Get(JsonNode? node, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            node = (node as JsonObject)?[name];
        return node;
    }

    public static JsonArray Split(string text)
    {
        var lines = new JsonArray();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end + 1;
            lines.Add((JsonNode)JsonValue.Create(text[start..end]));
            start = end;
        }
        return lines;
    }

    /// <summary>Whether a MIME type's content is a JSON value rather than text.</summary>
    public static bool IsJson(string mime) =>
        mime == "application/json" || mime.EndsWith("+json", StringComparison.Ordinal);

    /// <summary>Whether Jupyter splits a MIME type's content into lines.</summary>
    public static bool IsLines(string mime) =>
        mime.StartsWith("text/", StringComparison.Ordinal) || mime is "application/javascript" or "image/svg+xml";

    /// <summary>What a terminal would show: a carriage return goes back to the start of its line, and what follows
    /// overwrites.</summary>
    public static string Overwrite(string text)
    {
        if (!text.Contains('\r'))
            return text;
        var lines = text.Replace("\r\n", "\n").Split('\n');
        for (var index = 0; index < lines.Length; index++)
        {
            var shown = "";
            foreach (var part in lines[index].Split('\r'))
                shown = part.Length >= shown.Length ? part : part + shown[part.Length..];
            lines[index] = shown;
        }
        return string.Join('\n', lines);
    }
}
