namespace W2S.Kernel.Engine.Widgets;

/// <summary>A bar that is as full as a number is far between two others.</summary>
/// <param name="min">The value of an empty bar.</param>
/// <param name="max">The value of a full bar.</param>
/// <param name="value">The value at first; null for an empty bar.</param>
/// <exception cref="ArgumentException">The bounds are none, or the value is outside of them.</exception>
/// <exception cref="InvalidOperationException">No cell is running.</exception>
public sealed class FloatProgress(double min = 0, double max = 1, double? value = null)
    : Progress<double>("FloatProgress", min, max, value);
