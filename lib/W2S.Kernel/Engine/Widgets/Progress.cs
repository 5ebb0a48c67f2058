using System.Numerics;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>A bar that is as full as its value is far between two others.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public abstract class Progress<T> : BoundedWidget<T> where T : struct, INumber<T>
{
    /// <summary>Makes one, which is not shown yet.</summary>
    /// <param name="name">The name of its class in the front end, without <c>Model</c>.</param>
    /// <param name="min">The least value.</param>
    /// <param name="max">The greatest value.</param>
    /// <param name="value">The value; null for the least.</param>
    /// <exception cref="ArgumentException">The bounds are none, or the value is outside of them.</exception>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    protected Progress(string name, T min, T max, T? value)
        : base(name, min, max, value, "ProgressView")
    {
    }

    /// <inheritdoc/>
    protected override string Control =>
        $"""<progress value="{AsText(Value - Min)}" max="{AsText(Max - Min)}"></progress>""";

    /// <inheritdoc/>
    public override string ToString() => $"{base.ToString()} of {AsText(Max)}";
}
