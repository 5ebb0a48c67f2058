using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace W2S.Kernel.Notebooks;

/// <summary>Notebook JSON in the one form that Jupyter's own writer gives: sorted keys, one space a level, no escaped
/// letters.</summary>
internal static class NotebookJson
{
    private const int Deepest = 256; // levels

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = Deepest, AllowDuplicateProperties = false };

    /// <exception cref="NotebookException">The text is not JSON.</exception>
    public static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(PythonJson.Mend(text), documentOptions: Strict);
        }
        catch (JsonException error)
        {
            var place = error.LineNumber is { } line ? $"line {line + 1}" : "its start";
            if (error.Message.Contains("Duplicate", StringComparison.OrdinalIgnoreCase))
                throw new NotebookException($"names one property twice at {place}; remove one of them");
            if (error.Message.Contains("depth", StringComparison.OrdinalIgnoreCase))
                throw new NotebookException($"nests deeper than {Deepest} levels at {place}; no notebook does");
            var early = text.TrimStart().StartsWith('{') && !text.TrimEnd().EndsWith('}');
            throw new NotebookException(early
                ? "is not valid JSON: it ends early; fetch or save the file again"
                : $"is not valid JSON at {place}; check that it is a notebook");
        }
    }

    public static void Write(JsonNode? node, TextWriter writer, int depth = 0)
    {
        switch (node)
        {
            case null:
                writer.Write("null");
                break;
            case JsonObject { Count: 0 }:
                writer.Write("{}");
                break;
            case JsonArray { Count: 0 }:
                writer.Write("[]");
                break;
            case JsonObject map:
                var separator = "{\n";
                foreach (var (name, value) in map.OrderBy(entry => entry.Key, StringComparer.Ordinal))
                {
                    writer.Write(separator);
                    Indent(writer, depth + 1);
                    WriteText(name, writer);
                    writer.Write(": ");
                    Write(value, writer, depth + 1);
                    separator = ",\n";
                }
                writer.Write('\n');
                Indent(writer, depth);
                writer.Write('}');
                break;
            case JsonArray list:
                separator = "[\n";
                foreach (var item in list)
                {
                    writer.Write(separator);
                    Indent(writer, depth + 1);
                    Write(item, writer, depth + 1);
                    separator = ",\n";
                }
                writer.Write('\n');
                Indent(writer, depth);
                writer.Write(']');
                break;
            default:
                if (node.GetValueKind() == JsonValueKind.String)
                    WriteText(node.GetValue<string>(), writer);
                else
                    writer.Write(node.ToJsonString());
                break;
        }
    }

    private static void Indent(TextWriter writer, int depth)
    {
        for (var level = 0; level < depth; level++)
            writer.Write(' ');
    }

    private static void WriteText(string text, TextWriter writer)
    {
        writer.Write('"');
        var plain = 0;
        for (var index = 0; index < text.Length; index++)
        {
            var letter = text[index];
            var pair = index + 1 < text.Length && char.IsSurrogatePair(letter, text[index + 1]);
            if (pair || (letter >= ' ' && letter is not ('"' or '\\') && !char.IsSurrogate(letter)))
            {
                index += pair ? 1 : 0;
                continue;
            }
            writer.Write(text.AsSpan(plain, index - plain));
            writer.Write(letter switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                _ => "\\u" + ((int)letter).ToString("x4", CultureInfo.InvariantCulture),
            });
            plain = index + 1;
        }
        writer.Write(text.AsSpan(plain));
        writer.Write('"');
    }
}
