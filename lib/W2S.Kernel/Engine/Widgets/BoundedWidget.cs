using System.Numerics;
using System.Text.Json.Nodes;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>A widget that holds a number between two others.</summary>
/// <typeparam name="T">The number's type.</typeparam>
public abstract class BoundedWidget<T> : ValueWidget<T> where T : struct, INumber<T>
{
    /// <summary>Makes a widget, which is not shown yet.</summary>
    /// <param name="name">The name of its class in the front end, without <c>Model</c>.</param>
    /// <param name="min">The least value.</param>
    /// <param name="max">The greatest value.</param>
    /// <param name="value">The value; null for the least.</param>
    /// <param name="view">The name of its view in the front end; null for the same with <c>View</c>.</param>
    /// <exception cref="ArgumentException">The bounds are none, or the value is outside of them.</exception>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    protected BoundedWidget(string name, T min, T max, T? value, string? view = null)
        : base(name, value ?? min, JsonValue.Create(Within(value ?? min, min, max))!, view: view)
    {
        (Min, Max) = (min, max);
        Set("min", JsonValue.Create(min));
        Set("max", JsonValue.Create(max));
    }

    /// <summary>The least value.</summary>
    public T Min { get; }

    /// <summary>The greatest value.</summary>
    public T Max { get; }

    /// <inheritdoc/>
    protected sealed override void Check(T value) => Within(value, Min, Max);

    private static T Within(T value, T min, T max)
    {
        if (!T.IsFinite(min) || !T.IsFinite(max))
            throw new ArgumentException($"{AsText(min)} to {AsText(max)} is no range; give two finite numbers");
        if (min > max)
        {
            throw new ArgumentException(
                $"min {AsText(min)} is above max {AsText(max)}; give the smaller number first");
        }
        return value >= min && value <= max ? value
            : throw new ArgumentException(
                $"value {AsText(value)} is outside of {AsText(min)} to {AsText(max)}; give one within");
    }
}
