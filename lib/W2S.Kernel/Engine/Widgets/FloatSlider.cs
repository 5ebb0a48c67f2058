using System.Globalization;
using System.Text.Json.Nodes;

namespace W2S.Kernel.Engine.Widgets;

/// <summary>A number that the reader moves between two others.</summary>
public sealed class FloatSlider : Slider<double>
{
    private readonly int decimals;

    /// <summary>Makes a slider, which is not shown yet.</summary>
    /// <param name="min">The least value.</param>
    /// <param name="max">The greatest value.</param>
    /// <param name="value">The value at first; null for the least.</param>
    /// <param name="step">How far a value is from the next; null for a round number, 20 to 200 of which make the
    /// range.</param>
    /// <exception cref="ArgumentException">The bounds are none, the value is outside of them, the step is not
    /// positive.</exception>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    public FloatSlider(double min = 0, double max = 10, double? value = null, double? step = null)
        : base("FloatSlider", min, max, value, step ?? RoundStep(min, max))
    {
        decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(Step) - 1e-9), 0, 9);
        Set("readout_format", $".{decimals}f");
    }

    /// <inheritdoc/>
    protected override double FromState(JsonNode? sent)
    {
        var value = base.FromState(sent); // front ends add up steps: 0.9999999999999999 is 1
        return value >= Min && value <= Max ? Math.Clamp(Math.Round(value, decimals + 6), Min, Max) : value;
    }

    /// <summary>The step that a range has by itself.</summary>
    internal static double RoundStep(double min, double max)
    {
        var tens = max > min ? (int)Math.Floor(Math.Log10((max - min) / 20)) : 0;
        return double.Parse($"1e{tens}", CultureInfo.InvariantCulture); // the nearest of all doubles
    }
}
