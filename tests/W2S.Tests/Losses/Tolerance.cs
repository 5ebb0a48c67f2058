namespace W2S.Tests.Losses;

/// <summary>The comparison that every reference test uses: max|Δ| over max|reference|.</summary>
internal static class Tolerance
{
    /// <summary>Below this, an absolute difference is no difference.</summary>
    public const double Floor = 1e-12;

    /// <summary>max|Δ| over max|reference|, of values that are not all near 0; infinite where one is not a
    /// number.</summary>
    public static double Relative(double[] got, double[] expected)
    {
        var scale = expected.Select(Math.Abs).DefaultIfEmpty().Max();
        return scale < 1e-3 ? 0
            : got.Zip(expected, (a, b) => Math.Abs(a - b)).Max(x => double.IsNaN(x) ? double.PositiveInfinity : x)
            / scale;
    }

    /// <returns>Null where the values agree, else what is wrong.</returns>
    public static string? Excess(double[] got, double[] expected, double tolerance)
    {
        if (got.Length != expected.Length) return $"has {got.Length} values for {expected.Length}";
        var scale = expected.Select(Math.Abs).DefaultIfEmpty().Max();
        var worst =
            Enumerable.Range(0, got.Length)
                .OrderByDescending(i => double.IsNaN(got[i]) ? double.MaxValue : Math.Abs(got[i] - expected[i]))
                .FirstOrDefault();
        var difference = got.Length == 0 ? 0 : Math.Abs(got[worst] - expected[worst]);
        return difference <= Math.Max(Floor, tolerance * scale)
            ? null
            : $"is {got[worst]:R} for {expected[worst]:R} at {worst}: |Δ| {difference:G3} over max {scale:G3} is "
                + $"above {tolerance}";
    }
}
