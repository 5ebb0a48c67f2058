using Microsoft.AspNetCore.Html;
using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Engine.Script;

/// <summary>The functions that every cell may call by their bare names.</summary>
public static class Functions
{
    /// <summary>Shows a value at once.</summary>
    /// <param name="value">What to show.</param>
    /// <param name="mimeTypes">
    /// The representations wanted; none means those that are registered for the value's type. With exactly one given,
    /// a string is taken to be that representation already.
    /// </param>
    /// <returns>A handle whose <see cref="DisplayedValue.Update"/> replaces what is shown.</returns>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
#pragma warning disable IDE1006 // the name by which C# notebooks know it
    public static DisplayedValue display(object? value, params string[] mimeTypes)
#pragma warning restore IDE1006
    {
        var shown = new DisplayedValue(CellContext.Required, mimeTypes);
        shown.Show(value, update: false);
        return shown;
    }

    /// <summary>Marks text as HTML, so that it is shown as such.</summary>
    /// <param name="content">The HTML.</param>
    /// <returns>A value for <see cref="display"/> or for the end of a cell.</returns>
    public static IHtmlContent HTML(string content) => new HtmlString(content);
}
