using Microsoft.DotNet.Interactive.Formatting;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.Variables;

namespace W2S.Kernel.Engine.Output;

/// <summary>Values as plain text, whatever their formatters do.</summary>
internal static class PlainText
{
    private const string Mime = "text/plain";

    /// <summary>A value as plain text: by its formatter, its own <c>ToString</c>, or its type and why.</summary>
    public static string Of(object value) => Of(value, []);

    /// <summary>The same where other representations have been tried before.</summary>
    /// <param name="value">The value.</param>
    /// <param name="failures">What failed; more is added.</param>
    public static string Of(object value, List<(string Mime, Exception Failure)> failures)
    {
        // what failed is not asked again: a sequence may have another state by now
        var formatted = failures.Exists(failed => failed.Mime == Mime) ? null : Format(value, Mime, failures);
        if (failures.Count > 0 && formatted == value.GetType().ToString()) formatted = null; // the failure says more
        return formatted ?? Own(value, failures) ?? Unshown(value, failures[^1].Failure);
    }

    /// <summary>One representation; null where its formatter fails.</summary>
    public static string? Format(object value, string mime, List<(string Mime, Exception Failure)> failures)
    {
        try
        {
            return Formatter.ToDisplayString(value, mime);
        }
        catch (Exception failure) when (CellContext.Current is not { Stopped: true })
        {
            failures.Add((mime, failure));
            return null;
        }
    }

    // Null where the type has no text of its own, but only its name.
    private static string? Own(object value, List<(string Mime, Exception Failure)> failures)
    {
        try
        {
            var declares = value.GetType().GetMethod(nameof(ToString), Type.EmptyTypes)?.DeclaringType;
            return declares == typeof(object) || declares == typeof(ValueType) ? null : value.ToString();
        }
        catch (Exception failure) when (CellContext.Current is not { Stopped: true })
        {
            failures.Add((Mime, failure));
            return null;
        }
    }

    private static string Unshown(object value, Exception failure) =>
        $"{TypeNames.Short(value.GetType())} (it cannot be shown: {ExceptionReport.OneLine(failure)})";
}
