namespace W2S.Analysis;

/// <summary>The few functions that intervals and tests need.</summary>
internal static class SpecialFunctions
{
    private static readonly double[] Lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
        -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>log Γ(x) for x ≥ ½.</summary>
    /// <remarks>Lanczos' series with g = 7, n = 9; about 15 digits.</remarks>
    public static double LogGamma(double x)
    {
        var t = x - 1;
        var sum = Lanczos[0];
        for (var i = 1; i < Lanczos.Length; i++) sum += Lanczos[i] / (t + i);
        var w = t + 7.5;
        return .5 * Math.Log(2 * Math.PI) + (t + .5) * Math.Log(w) - w + Math.Log(sum);
    }

    /// <summary>The regularised incomplete beta function I_x(a, b).</summary>
    /// <remarks>Lentz's continued fraction, on the side where it converges fast.</remarks>
    public static double IncompleteBeta(double a, double b, double x)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        if (x > (a + 1) / (a + b + 2)) return 1 - IncompleteBeta(b, a, 1 - x);
        var front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * Math.Log(x) + b * Math.Log(1 - x)) / a;
        const double tiny = 1e-300;
        double c = 1, d = 1 / NotZero(1 - (a + b) * x / (a + 1)), h = d;
        for (var m = 1; m <= 10_000; m++)
        {
            var even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / NotZero(1 + even * d);
            c = NotZero(1 + even / c);
            h *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / NotZero(1 + odd * d);
            c = NotZero(1 + odd / c);
            var step = d * c;
            h *= step;
            if (Math.Abs(step - 1) < 1e-15) break;
        }
        return front * h;

        static double NotZero(double v) => Math.Abs(v) < tiny ? tiny : v;
    }

    /// <summary>The t with P(|T| ≤ t) = <paramref name="level"/> for Student's distribution.</summary>
    /// <param name="level">Between 0 and 1.</param>
    /// <param name="degrees">Degrees of freedom, 1 or more.</param>
    public static double StudentTwoSided(double level, int degrees)
    {
        double low = 0, high = 1;
        while (Central(high) < level) high *= 2;
        while (high - low > 1e-13 * high)
        {
            var middle = (low + high) / 2;
            if (middle <= low || middle >= high) break;
            if (Central(middle) < level) low = middle;
            else high = middle;
        }
        return (low + high) / 2;

        double Central(double t) => 1 - StudentTail(t, degrees);
    }

    /// <summary>P(|T| ≥ t): the two-sided p-value of Student's test.</summary>
    public static double StudentTail(double t, int degrees) =>
        double.IsInfinity(t) ? 0 : IncompleteBeta(degrees / 2.0, .5, degrees / (degrees + t * t));
}
