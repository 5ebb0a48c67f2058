using System.Text.Json.Nodes;

namespace W2S.Kernel.Notebooks;

/// <summary>Text as notebooks hold it: one string, or a list of lines that keep their line ends.</summary>
internal static class NotebookText
{
    public static string Join(JsonNode? node) => node switch
    {
        null => "",
        JsonArray lines => string.Concat(lines.Select(line => line?.GetValue<string>())),
        _ => node.GetValue<string>(),
    };

    public static bool IsText(JsonNode? node) => node switch
    {
        JsonArray lines => lines.All(line => line is JsonValue value && value.TryGetValue<string>(out _)),
        JsonValue value => value.TryGetValue<string>(out _),
        _ => false,
    };

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

    /// <summary>What a terminal would show: a carriage return goes back to the start of its line, and what follows overwrites.</summary>
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
