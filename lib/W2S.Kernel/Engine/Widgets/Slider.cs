using System.Numerics;
using System.Text.Json.Nodes;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>A number that the reader moves between two others.</summary>
/// <typeparam name="T">The number's type.</typeparam>
public abstract class Slider<T> : BoundedWidget<T> where T : struct, INumber<T>
{
    protected Slider(string name, T min, T max, T? value, T step)
        : base(name, min, max, value)
    {
        if (!T.IsFinite(step) || step <= T.Zero)
            throw new ArgumentException($"step {AsText(step)} is not positive; give one above 0", nameof(step));
        Step = step;
        Set("step", JsonValue.Create(step));
    }

    /// <summary>How far a value is from the next.</summary>
    public T Step { get; }

    /// <inheritdoc/>
    protected override string Control =>
        $"""<input type="range" min="{AsText(Min)}" max="{AsText(Max)}" step="{AsText(Step)}" value="{AsText(Value)}" disabled>""";
}
