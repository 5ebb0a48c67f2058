using Microsoft.DotNet.Interactive.Formatting.TabularData;

namespace W2S.Kernel.Engine.Script;

/// <summary>The methods that every value has in a cell.</summary>
public static class DisplayExtensions
{
    /// <summary>Shows a value at once, as <see cref="Functions.display(object, string[])"/> does.</summary>
    /// <param name="value">What to show.</param>
    /// <param name="mimeTypes">The representations wanted; none means those registered for the value's type.</param>
    /// <returns>A handle whose <see cref="DisplayHandle.Update"/> replaces what is shown.</returns>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    public static DisplayHandle Display<T>(this T value, params string[] mimeTypes) =>
        Functions.display(value, mimeTypes);

    /// <summary>Shows rows as a table of their properties.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="mimeTypes">The representations wanted; none means HTML and CSV.</param>
    /// <returns>A handle whose <see cref="DisplayHandle.Update"/> replaces what is shown.</returns>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    public static DisplayHandle DisplayTable<T>(this IEnumerable<T> rows, params string[] mimeTypes) =>
        Functions.display(rows?.ToTabularDataResource(), mimeTypes);

    /// <summary>Shows text at once as what it already is: HTML, Markdown, a picture's SVG.</summary>
    /// <param name="value">The text, in that representation.</param>
    /// <param name="mimeType">The representation, such as <c>text/html</c>.</param>
    /// <returns>A handle whose <see cref="DisplayHandle.Update"/> replaces what is shown.</returns>
    /// <exception cref="ArgumentException">The mime type is null, empty or has no slash.</exception>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    public static DisplayHandle DisplayAs(this string value, string mimeType)
    {
        ArgumentException.ThrowIfNullOrEmpty(mimeType);
        if (!mimeType.Contains('/', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"mime type '{mimeType}' has no slash; give one such as text/html", nameof(mimeType));
        }
        return Functions.display(value, mimeType);
    }
}
