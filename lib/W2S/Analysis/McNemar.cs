using W2S.Torch;

namespace W2S.Analysis;

/// <summary>Whether two students that were tested on the same samples differ in accuracy.</summary>
/// <remarks>
/// McNemar 1947 in its exact form: of the samples that only one of them has right, each is as likely to be the first's
/// as the second's where they do not differ, so the count is binomial with ½. Two-sided. It speaks of these two trained
/// networks, not of their methods: for that, compare seeds.
/// </remarks>
/// <param name="OnlyFirst">Samples that only the first has right.</param>
/// <param name="OnlySecond">Samples that only the second has right.</param>
/// <param name="Count">All samples.</param>
/// <param name="PValue">Two-sided exact p-value.</param>
public sealed record McNemar(int OnlyFirst, int OnlySecond, int Count, double PValue)
{
    /// <summary>The first's accuracy minus the second's.</summary>
    public double Difference => (double)(OnlyFirst - OnlySecond) / Count;

    /// <summary>Compares two students.</summary>
    /// <param name="first">Whether the first has each sample right.</param>
    /// <param name="second">Whether the second has it right, in the same order.</param>
    /// <returns>The test.</returns>
    /// <exception cref="ArgumentException">The counts differ or there is no sample.</exception>
    public static McNemar Of(IReadOnlyList<bool> first, IReadOnlyList<bool> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        Checks.SameCount(first.Count, second.Count, nameof(first), nameof(second));
        if (first.Count == 0) throw new ArgumentException("first is empty; give at least one sample", nameof(first));
        var (a, b) = (0, 0);
        for (var i = 0; i < first.Count; i++)
        {
            if (first[i] && !second[i]) a++;
            else if (!first[i] && second[i]) b++;
        }
        return new McNemar(a, b, first.Count, Math.Min(1, 2 * SpecialFunctions.FairCoin(Math.Min(a, b), a + b)));
    }
}
