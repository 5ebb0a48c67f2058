using System.Runtime.CompilerServices;

namespace W2S.Torch;

/// <summary>Checks of option values, for the <c>init</c> of a property: one clear error that names the option, its value
/// and the cure.</summary>
public static class Option
{
    /// <summary>A finite number above 0.</summary>
    /// <param name="value">The value given.</param>
    /// <param name="name">The option; the compiler fills it in.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static double Positive(double value, [CallerMemberName] string name = "") =>
        Check(value > 0 && double.IsFinite(value), value, "is not positive; give a number above 0", name);

    /// <summary>A count of 1 or more.</summary>
    /// <param name="value">The value given.</param>
    /// <param name="name">The option; the compiler fills it in.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static int Positive(int value, [CallerMemberName] string name = "") => (int)Positive((long)value, name);

    /// <summary>A count of 1 or more.</summary>
    /// <param name="value">The value given.</param>
    /// <param name="name">The option; the compiler fills it in.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static long Positive(long value, [CallerMemberName] string name = "") => value > 0 ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} {value} is not positive; give 1 or more");

    /// <summary>A finite number, 0 or more.</summary>
    /// <param name="value">The value given.</param>
    /// <param name="name">The option; the compiler fills it in.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static double NotNegative(double value, [CallerMemberName] string name = "") =>
        Check(value >= 0 && double.IsFinite(value), value, "is negative or not finite; give 0 or more", name);

    /// <summary>A number of 0 … 1.</summary>
    /// <param name="value">The value given.</param>
    /// <param name="name">The option; the compiler fills it in.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static double Fraction(double value, [CallerMemberName] string name = "") =>
        Check(value is >= 0 and <= 1, value, "is outside 0 to 1; give a fraction", name);

    private static double Check(bool good, double value, string what, string name) =>
        good ? value
            : throw new ArgumentOutOfRangeException(name, value, FormattableString.Invariant($"{name} {value} {what}"));
}
