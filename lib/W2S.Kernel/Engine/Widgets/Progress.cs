using System.Numerics;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>A bar that is as full as its value is far between two others.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public abstract class Progress<T> : BoundedWidget<T> where T : struct, INumber<T>
{
    protected Progress(string name, T min, T max, T? value)
        : base(name, min, max, value, "ProgressView")
    {
    }

    /// <inheritdoc/>
    protected override string Control => $"""<progress value="{AsText(Value - Min)}" max="{AsText(Max - Min)}"></progress>""";

    /// <inheritdoc/>
    public override string ToString() => $"{base.ToString()} of {AsText(Max)}";
}
