using System.Globalization;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.DotNet.Interactive.Formatting;

namespace W2S.Kernel.Engine.Output;

/// <summary>How the kernel shows what the formatting library shows wrongly or not at all.</summary>
/// <remarks>A notebook's own formatters go before these.</remarks>
internal static class ValueFormatters
{
    private const string Plain = "text/plain";
    private const string Html = "text/html";

    private static readonly JsonSerializerOptions JsonText =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Arrays by their exact types: a formatter for all arrays would hide those that the library has for lists.
    private static readonly Type[] Elements =
    [
        typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint),
        typeof(long), typeof(ulong), typeof(Half), typeof(float), typeof(double), typeof(decimal), typeof(char),
        typeof(string), typeof(object),
    ];

    private static readonly Lazy<bool> Registered = new(() =>
    {
        // the library writes every time with a Z, as if it were universal time
        Text<DateTime>(value => value.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture));
        Text<DateTimeOffset>(value => value.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture));
        Text<DateOnly>(value => value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Text<TimeOnly>(value => value.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture));
        Formatter.Register<JsonElement>(JsonAsText, Plain);
        Json<JsonDocument>(value => value.RootElement);
        Json<JsonNode>(value => JsonSerializer.SerializeToElement(value));
        foreach (var element in Elements)
        {
            for (var rank = 2; rank <= 3; rank++) RegisterArray(element.MakeArrayType(rank));
        }
        return true;
    });

    /// <summary>Registers them, once a process.</summary>
    public static void Register() => _ = Registered.Value;

    /// <summary>Registers a type that is known only when a value of it is seen; null for other types.</summary>
    public static Action? OnSight(Type type)
    {
        if (type.IsArray) return type.GetArrayRank() > 1 ? () => RegisterArray(type) : null;
        for (var ancestor = type; ancestor is not null; ancestor = ancestor.BaseType)
        {
            // F#'s records, unions, options and lists write themselves as F# does
            if (ancestor.CustomAttributes.Any(
                attribute => attribute.AttributeType.FullName == "Microsoft.FSharp.Core.CompilationMappingAttribute"))
                return () => Formatter.Register(type, (value, context) => Write(context, value.ToString()!), Plain);
            // the JSON of Newtonsoft.Json, which the kernel does not refer to
            if (ancestor.FullName != "Newtonsoft.Json.Linq.JToken") continue;
            return () => Preformatted(ancestor, token => token.ToString()!);
        }
        return null;
    }

    private static void RegisterArray(Type type) => Preformatted(type, value => ArrayText.Of((Array)value));

    private static void Preformatted(Type type, Func<object, string> text)
    {
        Formatter.Register(type, (value, context) => Write(context, text(value)), Plain);
        Formatter.Register(type, (value, context) => Write(context, Box(text(value))), Html);

        static string Box(string text) =>
            $"<div class=\"dni-plaintext\"><pre>{WebUtility.HtmlEncode(text)}</pre></div>";
    }

    private static void Text<T>(Func<T, string> text)
    {
        Formatter.Register<T>(text, Plain);
        Formatter.Register<T>(value => $"<span>{text(value)}</span>", Html);
    }

    private static void Json<T>(Func<T, JsonElement> element)
    {
        Formatter.Register<T>(value => JsonAsText(element(value)), Plain);
        Formatter.Register<T>((value, context) =>
        {
            element(value).FormatTo(context, Html);
            return true;
        }, Html);
    }

    private static string JsonAsText(JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : JsonSerializer.Serialize(element, JsonText);

    private static bool Write(FormatContext context, string text)
    {
        context.Writer.Write(text);
        return true;
    }
}
