using System.Globalization;

namespace W2S.Analysis;

/// <summary>A mean with its spread and the interval that should hold the true mean.</summary>
/// <param name="Mean">The mean, in the unit of the values.</param>
/// <param name="Sd">Their sample standard deviation (n − 1); NaN for one value.</param>
/// <param name="Low">Lower end of the interval of the mean; NaN for one value.</param>
/// <param name="High">Upper end of the interval of the mean; NaN for one value.</param>
/// <param name="N">How many values: seeds, splits or samples.</param>
public sealed record Estimate(double Mean, double Sd, double Low, double High, int N)
{
    /// <summary>The probability with which such intervals hold the true mean.</summary>
    public const double Level = .95;

    /// <summary>Whether there is an interval at all: at least two values, none of them undefined.</summary>
    public bool HasInterval => double.IsFinite(Low) && double.IsFinite(High);

    /// <summary>The same estimate in another unit, for instance percent: <c>estimate.Times(100)</c>.</summary>
    /// <param name="factor">What to multiply by; above 0.</param>
    /// <returns>A new estimate.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The factor is not positive and finite.</exception>
    public Estimate Times(double factor)
    {
        if (!(factor > 0 && double.IsFinite(factor)))
        {
            throw new ArgumentOutOfRangeException(nameof(factor), factor,
                string.Create(CultureInfo.InvariantCulture, $"factor {factor} is not positive; give a number above 0"));
        }
        return this with { Mean = Mean * factor, Sd = Sd * factor, Low = Low * factor, High = High * factor };
    }

    /// <summary>A fraction as percent: times 100.</summary>
    public Estimate Percent => Times(100);

    /// <summary>Mean and interval, for instance <c>5.0 [3.2, 6.8]</c>.</summary>
    /// <returns>The text; <c>62.6 (n = 1)</c> where there is no interval.</returns>
    public string ToIntervalString() => ToIntervalString(Digits((High - Low) / 2));

    /// <summary>The interval alone, for instance <c>[3.2, 6.8]</c>; <c>–</c> where there is none.</summary>
    public string Interval => HasInterval ? IntervalText(Digits((High - Low) / 2)) : "–";

    /// <summary>Mean and interval with so many decimals.</summary>
    /// <param name="digits">Decimals, 0 … 15.</param>
    /// <returns>The text.</returns>
    public string ToIntervalString(int digits)
    {
        if (!HasInterval) return ToString(digits);
        return $"{Text(Mean, digits)} {IntervalText(digits)}";
    }

    private string IntervalText(int digits) => $"[{Text(Low, digits)}, {Text(High, digits)}]";

    /// <summary>Mean and standard deviation, for instance <c>62.6 ± 1.5</c>.</summary>
    /// <returns>The text; <c>62.6 (n = 1)</c> for one value.</returns>
    public override string ToString() => ToString(Decimals);

    /// <summary>Mean and standard deviation with so many decimals.</summary>
    /// <param name="digits">Decimals, 0 … 15.</param>
    /// <returns>The text.</returns>
    public string ToString(int digits) =>
        double.IsNaN(Mean) ? "not defined"
        : double.IsFinite(Sd) ? $"{Text(Mean, digits)} ± {Text(Sd, digits)}"
        : $"{Text(Mean, digits)} (n = {N})";

    /// <summary>The mean alone with so many decimals.</summary>
    /// <param name="digits">Decimals, 0 … 15.</param>
    /// <returns>The text.</returns>
    public string MeanText(int digits) => double.IsNaN(Mean) ? "not defined" : Text(Mean, digits);

    /// <summary>Decimals that show two significant digits of the standard deviation, at least one.</summary>
    public int Decimals => Digits(double.IsFinite(Sd) ? Sd : Math.Abs(Mean) / 10);

    /// <summary>Two significant digits of the spread, at least one decimal.</summary>
    private int Digits(double spread)
    {
        var size = spread > 0 && double.IsFinite(spread) ? spread : Math.Abs(Mean) / 100;
        return size > 0 ? Math.Clamp(1 - (int)Math.Floor(Math.Log10(size)), 1, 6) : 1;
    }

    private static string Text(double value, int digits)
    {
        var text = value.ToString("F" + digits, CultureInfo.InvariantCulture);
        return text.StartsWith('-') ? text.AsSpan(1).ContainsAnyInRange('1', '9') ? "−" + text[1..] : text[1..] : text;
    }
}
