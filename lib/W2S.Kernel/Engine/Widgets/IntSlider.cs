namespace W2S.Kernel.Engine.Widgets;

/// <summary>A whole number that the reader moves between two others.</summary>
/// <param name="min">The least value.</param>
/// <param name="max">The greatest value.</param>
/// <param name="value">The value at first; null for the least.</param>
/// <param name="step">How far a value is from the next.</param>
/// <exception cref="ArgumentException">The bounds are none, the value is outside of them, the step is not
/// positive.</exception>
/// <exception cref="InvalidOperationException">No cell is running.</exception>
public sealed class IntSlider(int min = 0, int max = 100, int? value = null, int step = 1)
    : Slider<int>("IntSlider", min, max, value, step);
