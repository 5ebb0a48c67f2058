using System.ComponentModel;

namespace W2S.Kernel.Engine.Script;

/// <summary>What C# takes in the place of the function of the same name among those of
/// <see cref="Microsoft.DotNet.Interactive.Kernel"/>: it prefers a span of arguments to an array.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CSharpFunctions
{
    /// <inheritdoc cref="Functions.display(object, string[])"/>
#pragma warning disable IDE1006 // the name by which C# notebooks know it
    public static DisplayHandle display(object? value, params ReadOnlySpan<string> mimeTypes) =>
        Functions.display(value, mimeTypes.ToArray());
#pragma warning restore IDE1006
}
