namespace W2S.Kernel.Engine.Widgets;

/// <summary>A bar that is as full as a whole number is far between two others.</summary>
/// <param name="min">The value of an empty bar.</param>
/// <param name="max">The value of a full bar.</param>
/// <param name="value">The value at first; null for an empty bar.</param>
/// <exception cref="ArgumentException">The bounds are none, or the value is outside of them.</exception>
/// <exception cref="InvalidOperationException">No cell is running.</exception>
public sealed class IntProgress(int min = 0, int max = 100, int? value = null)
    : Progress<int>("IntProgress", min, max, value);
