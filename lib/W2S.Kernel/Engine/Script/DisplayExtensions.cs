namespace W2S.Kernel.Engine.Script;

/// <summary>The method that every value has in a cell.</summary>
public static class DisplayExtensions
{
    /// <summary>Shows a value at once, as <see cref="Functions.display(object, ReadOnlySpan{string})"/> does.</summary>
    /// <remarks>
    /// The formatting library has a method of this name, whose handle updates nothing; the compiler prefers a span of
    /// arguments to its array.
    /// </remarks>
    /// <param name="value">What to show.</param>
    /// <param name="mimeTypes">The representations wanted; none means those registered for the value's type.</param>
    /// <returns>A handle whose <see cref="DisplayHandle.Update"/> replaces what is shown.</returns>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    public static DisplayHandle Display(this object? value, params ReadOnlySpan<string> mimeTypes) =>
        Functions.display(value, mimeTypes);
}
