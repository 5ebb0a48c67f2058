using System.Runtime.CompilerServices;

namespace W2S.Torch;

/// <summary>Checks of option values: one clear error that names the option, its value and the cure.</summary>
internal static class Option
{
    public static double Positive(double value, [CallerMemberName] string name = "") =>
        Check(value > 0 && double.IsFinite(value), value, "is not positive; give a number above 0", name);

    public static int Positive(int value, [CallerMemberName] string name = "") => (int)Positive((long)value, name);

    public static long Positive(long value, [CallerMemberName] string name = "") => value > 0 ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} {value} is not positive; give 1 or more");

    public static double NotNegative(double value, [CallerMemberName] string name = "") =>
        Check(value >= 0 && double.IsFinite(value), value, "is negative or not finite; give 0 or more", name);

    public static double Fraction(double value, [CallerMemberName] string name = "") =>
        Check(value is >= 0 and <= 1, value, "is outside 0 to 1; give a fraction", name);

    private static double Check(bool good, double value, string what, string name) =>
        good ? value
            : throw new ArgumentOutOfRangeException(name, value, FormattableString.Invariant($"{name} {value} {what}"));
}
