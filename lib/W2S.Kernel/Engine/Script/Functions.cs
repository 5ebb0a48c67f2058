using W2S.Kernel.Engine.Cells;
using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Engine.Script;

/// <summary>The function that every cell may call by its bare name; <c>HTML</c>, <c>Javascript</c>, <c>CSS</c> and
/// <c>GetInputAsync</c> are those of <see cref="Microsoft.DotNet.Interactive.Kernel"/>.</summary>
public static class Functions
{
    /// <summary>Shows a value at once.</summary>
    /// <param name="value">What to show.</param>
    /// <param name="mimeTypes">
    /// The representations wanted; none means those that are registered for the value's type. With exactly one given,
    /// a string is taken to be that representation already.
    /// </param>
    /// <returns>A handle whose <see cref="DisplayHandle.Update"/> replaces what is shown.</returns>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
#pragma warning disable IDE1006 // the name by which C# notebooks know it
    public static DisplayHandle display(object? value, params string[] mimeTypes)
    {
        var shown = new DisplayHandle(CellContext.Required, value, mimeTypes);
        LibraryDisplays.Own(shown);
        shown.Show(value, update: false);
        return shown;
    }
#pragma warning restore IDE1006
}
