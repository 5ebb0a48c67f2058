using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.DotNet.Interactive.Formatting;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.Variables;
using W2S.Kernel.Engine.Widgets;

namespace W2S.Kernel.Engine.Output;

/// <summary>Turns values into MIME bundles by the formatters that are registered for their types.</summary>
/// <remarks>No value fails the cell that shows it: what cannot be formatted is plain text or its type.</remarks>
internal static class Renderer
{
    private const string Plain = "text/plain";
    private const string Html = "text/html";

    /// <summary>Renders a value.</summary>
    /// <param name="value">Any value, or null.</param>
    /// <param name="mimeTypes">The representations wanted; none means those registered for the value's type, plain text
    /// always.</param>
    public static MimeBundle Render(object? value, params IReadOnlyList<string> mimeTypes)
    {
        switch (value)
        {
            case MimeBundle ready:
                return ready;
            case Widget widget:
                return widget.ToBundle();
            case string text when mimeTypes.Count == 1:
                return new MimeBundle().Set(mimeTypes[0], Content(mimeTypes[0], text));
            case null or string when mimeTypes.Count == 0:
                return new MimeBundle(Plain, value as string ?? Formatter.NullString);
        }
        if (value is null) return new MimeBundle(mimeTypes[0], Formatter.NullString);
        ValueFormatters.Register();
        var register = ValueFormatters.OnSight(value.GetType());
        if (register is not null && MimeTypesRegisteredFor(value.GetType()).Count == 0) register();
        var bundle = new MimeBundle();
        var failures = new List<(string Mime, Exception Failure)>();
        foreach (var mime in mimeTypes.Count > 0 ? mimeTypes : MimeTypesFor(value.GetType()))
        {
            if (PlainText.Format(value, mime, failures) is not { } text) continue;
            if (mimeTypes.Count == 0 && mime == Html && SaysNoMoreThanPlain(text)) continue;
            bundle.Set(mime, Content(mime, text));
        }
        if (mimeTypes.Count == 0 && !bundle.ContainsKey(Plain) || bundle.Count == 0)
        {
            bundle.Set(Plain, PlainText.Of(value, failures));
        }
        Report(value, failures);
        return bundle;
    }

    /// <summary>A value's representations as the library of kernels hands them around.</summary>
    public static IReadOnlyList<FormattedValue> Formatted(object? value) =>
    [
        .. Render(value).Select(entry => new FormattedValue(
            entry.Key, entry.Value is JsonValue text ? text.GetValue<string>() : entry.Value.ToJsonString())),
    ];

    // Whoever wrote a formatter wants to know that it failed; what the library tries by itself is nobody's fault.
    private static void Report(object value, List<(string Mime, Exception Failure)> failures)
    {
        var registered = failures.Count > 0 ? MimeTypesRegisteredFor(value.GetType()) : [];
        if (failures.Find(failed => registered.Contains(failed.Mime)) is not { Failure: { } failure } first) return;
        var (type, reason) = (TypeNames.Short(value.GetType()), ExceptionReport.OneLine(failure));
        CellContext.Current?.Output.Write(
            OutputStream.Error, $"{type} is shown without {first.Mime}: its formatter failed, {reason}\n");
    }

    // Those preferred for the type, and those registered for it or a base of it; what is special comes before HTML.
    private static List<string> MimeTypesFor(Type type)
    {
        IEnumerable<string> preferred;
        try
        {
            preferred = Formatter.GetPreferredMimeTypesFor(type);
        }
        catch (Exception) when (CellContext.Current is not { Stopped: true })
        {
            preferred = [Plain]; // what the type's own library registers when it is first asked for failed
        }
        return [.. preferred.Concat(MimeTypesRegisteredFor(type)).Distinct().OrderBy(Rank)];
    }

    private static List<string> MimeTypesRegisteredFor(Type type) =>
    [
        .. Formatter.RegisteredFormatters(includeDefaults: false)
            .Where(formatter => formatter.Type != typeof(object) && formatter.Type.IsAssignableFrom(type))
            .Select(formatter => formatter.MimeType),
    ];

    private static int Rank(string mime) => mime switch
    {
        Plain => 2,
        Html => 1,
        _ => 0,
    };

    // The default HTML of a number or a flat list is its plain text in a box of 500 bytes of style.
    private static bool SaysNoMoreThanPlain(string html) =>
        html.StartsWith("<div class=\"dni-plaintext\"><pre>", StringComparison.Ordinal);

    /// <summary>A representation's content: a JSON type's text as JSON where it is some.</summary>
    public static JsonNode Content(string mime, string text)
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
