using System.Numerics;
using System.Text.Json.Nodes;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>A number that the reader moves between two others.</summary>
/// <typeparam name="T">The number's type.</typeparam>
public abstract class Slider<T> : BoundedWidget<T> where T : struct, INumber<T>
{
    /// <summary>Makes one, which is not shown yet.</summary>
    /// <param name="name">The name of its class in the front end, without <c>Model</c>.</param>
    /// <param name="min">The least value.</param>
    /// <param name="max">The greatest value.</param>
    /// <param name="value">The value; null for the least.</param>
    /// <param name="step">How far a value is from the next.</param>
    /// <exception cref="ArgumentException">The bounds are none, the value is outside of them, the step is not
    /// positive.</exception>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
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
        $"""<input type="range" min="{AsText(Min)}" max="{AsText(Max)}" step="{AsText(Step)}" """
        + $"""value="{AsText(Value)}" disabled>""";
}
