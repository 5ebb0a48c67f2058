using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.DotNet.Interactive.Formatting;

namespace W2S.Kernel.Engine.Output;

/// <summary>Turns values into MIME bundles by the formatters that are registered for their types.</summary>
internal static class Renderer
{
    private const string Plain = "text/plain";
    private const string Html = "text/html";

    /// <summary>Renders a value.</summary>
    /// <param name="value">Any value, or null.</param>
    /// <param name="mimeTypes">The representations wanted; none means those registered for the value's type, plain text always.</param>
    public static MimeBundle Render(object? value, params IReadOnlyList<string> mimeTypes)
    {
        switch (value)
        {
            case MimeBundle ready:
                return ready;
            case string text when mimeTypes.Count == 1:
                return new MimeBundle().Set(mimeTypes[0], Content(mimeTypes[0], text));
            case null or string when mimeTypes.Count == 0:
                return new MimeBundle(Plain, value as string ?? Formatter.NullString);
        }
        if (value is null) return new MimeBundle(mimeTypes[0], Formatter.NullString);
        var bundle = new MimeBundle();
        foreach (var mime in mimeTypes.Count > 0 ? mimeTypes : MimeTypesFor(value.GetType()))
        {
            var text = Formatter.ToDisplayString(value, mime);
            if (mimeTypes.Count == 0 && mime == Html && SaysNoMoreThanPlain(text)) continue;
            bundle.Set(mime, Content(mime, text));
        }
        if (mimeTypes.Count == 0 && !bundle.ContainsKey(Plain)) bundle.Set(Plain, Formatter.ToDisplayString(value, Plain));
        return bundle;
    }

    // Those preferred for the type, and those registered for it or a base of it; what is special comes before HTML.
    private static List<string> MimeTypesFor(Type type)
    {
        var registered = Formatter.RegisteredFormatters(includeDefaults: false)
            .Where(formatter => formatter.Type != typeof(object) && formatter.Type.IsAssignableFrom(type))
            .Select(formatter => formatter.MimeType);
        return [.. Formatter.GetPreferredMimeTypesFor(type).Concat(registered).Distinct().OrderBy(Rank)];
    }

    private static int Rank(string mime) => mime switch
    {
        Plain => 2,
        Html => 1,
        _ => 0,
    };

    // The default HTML of a number or a flat list is its plain text in a box of 500 bytes of style.
    private static bool SaysNoMoreThanPlain(string html) => html.StartsWith("<div class=\"dni-plaintext\"><pre>", StringComparison.Ordinal);

    private static JsonNode Content(string mime, string text)
    {
        if (mime.EndsWith("json", StringComparison.Ordinal))
        {
            try
            {
                if (JsonNode.Parse(text) is { } parsed and (JsonObject or JsonArray)) return parsed;
            }
            catch (JsonException)
            {
                // not JSON after all: goes out as the text it is
            }
        }
        return JsonValue.Create(text);
    }
}
