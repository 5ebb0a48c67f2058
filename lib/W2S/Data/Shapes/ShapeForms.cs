namespace W2S.Data.Shapes;

/// <summary>The forms of <see cref="ShapeImages"/>: whether a point lies inside, in coordinates where each form fills
/// about −1 … 1.</summary>
internal static class ShapeForms
{
    public static readonly string[] Names =
        ["disc", "triangle", "cross", "ring", "star", "square", "crescent", "bars", "half disc", "frame"];

    // Corners of a five-pointed star, outer radius 1, inner 0.45, first point up (v grows downwards).
    private static readonly (double U, double V)[] Star =
    [
        (0, -1), (0.264503, -0.364058), (0.951057, -0.309017), (0.427975, 0.139058), (0.587785, 0.809017),
        (0, 0.45), (-0.587785, 0.809017), (-0.427975, 0.139058), (-0.951057, -0.309017), (-0.264503, -0.364058),
    ];

    public static bool Contains(int form, double u, double v)
    {
        var squared = u * u + v * v;
        var (across, down) = (Math.Abs(u), Math.Abs(v));
        return form switch
        {
            0 => squared <= 0.81,
            1 => v <= 0.6 && 1.732 * across - v <= 1,
            2 => Math.Max(across, down) <= 0.95 && Math.Min(across, down) <= 0.3,
            3 => squared is >= 0.3 and <= 0.95,
            4 => InStar(u, v),
            5 => Math.Max(across, down) <= 0.78,
            6 => squared <= 0.95 && (u - 0.5) * (u - 0.5) + v * v >= 0.64,
            7 => across <= 0.88 && (down <= 0.2 || down is >= 0.52 and <= 0.92),
            8 => v >= -0.45 && u * u + (v + 0.45) * (v + 0.45) <= 1,
            _ => Math.Max(across, down) is >= 0.5 and <= 0.85,
        };
    }

    // A ray to the right crosses the edge an odd number of times.
    private static bool InStar(double u, double v)
    {
        var inside = false;
        for (int i = 0, j = Star.Length - 1; i < Star.Length; j = i++)
        {
            var (a, b) = (Star[i], Star[j]);
            if (a.V > v != b.V > v && u < (b.U - a.U) * (v - a.V) / (b.V - a.V) + a.U) inside = !inside;
        }
        return inside;
    }
}
