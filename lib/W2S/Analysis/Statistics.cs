using System.Globalization;
using W2S.Torch;

namespace W2S.Analysis;

/// <summary>Means over seeds or splits, and differences between two methods run on the same ones.</summary>
/// <remarks>
/// Student's interval takes the runs as independent. Random re-deals of one pool of images are not, since their parts
/// overlap, and the interval is then too narrow; <c>testPerTrain</c> widens it by the correction of Nadeau and Bengio,
/// <em>Inference for the Generalization Error</em> (Machine Learning 52, 2003): the variance of the mean is sd² · (1/n
/// + test images / training images).
/// </remarks>
public static class Statistics
{
    /// <summary>Mean, standard deviation and Student-t interval of the mean over independent samples, for instance
    /// tasks drawn by chance. Runs are compared in <c>W2S.Runs</c>, which knows what they share.</summary>
    /// <param name="values">One value a sample.</param>
    /// <returns>The estimate, in the unit of the values; no interval for one sample.</returns>
    /// <exception cref="ArgumentException">There is no value, or one is not finite.</exception>
    public static Estimate OverSamples(IReadOnlyList<double> values) => OverRuns(values, 0);

    /// <summary>Pearson's correlation: how closely two quantities follow a line.</summary>
    /// <param name="x">One quantity.</param>
    /// <param name="y">The other, in the same order.</param>
    /// <returns>−1 … 1; NaN where one of them does not vary.</returns>
    /// <exception cref="ArgumentException">The counts differ, there is no value, or one is not finite.</exception>
    public static double Correlation(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        Checks.Finite(x, nameof(x));
        Checks.Finite(y, nameof(y));
        Checks.SameCount(x.Count, y.Count, nameof(x), nameof(y));
        var (meanX, meanY) = (x.Average(), y.Average());
        var pairs = x.Zip(y, (one, other) => (X: one - meanX, Y: other - meanY)).ToArray();
        return pairs.Sum(pair => pair.X * pair.Y)
            / Math.Sqrt(pairs.Sum(pair => pair.X * pair.X) * pairs.Sum(pair => pair.Y * pair.Y));
    }

    /// <summary>Mean, standard deviation and Student-t interval of the mean over runs.</summary>
    /// <remarks>mean ± t_{n−1} · sd·√(1/n + testPerTrain). Right for few runs where their results are near
    /// normal.</remarks>
    /// <param name="values">One value a run.</param>
    /// <param name="testPerTrain">Test images for each training image where the runs re-deal one pool; 0 for
    /// independent runs.</param>
    /// <returns>The estimate, in the unit of the values; no interval for one run.</returns>
    /// <exception cref="ArgumentException">There is no value, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="testPerTrain"/> is negative or not
    /// finite.</exception>
    internal static Estimate OverRuns(IReadOnlyList<double> values, double testPerTrain)
    {
        Checks.Finite(values, nameof(values));
        if (!(testPerTrain >= 0 && double.IsFinite(testPerTrain)))
            throw new ArgumentOutOfRangeException(nameof(testPerTrain), testPerTrain,
                string.Create(CultureInfo.InvariantCulture,
                $"{nameof(testPerTrain)} {testPerTrain} is negative or not finite; give test images / training "
                + $"images, or 0 for independent runs"));
        var n = values.Count;
        var mean = values.Average();
        if (n == 1) return new Estimate(mean, double.NaN, double.NaN, double.NaN, 1);
        var sd = Deviation(values, mean);
        var half = SpecialFunctions.StudentTwoSided(Estimate.Level, n - 1) * sd * Math.Sqrt(1.0 / n + testPerTrain);
        return new Estimate(mean, sd, mean - half, mean + half, n);
    }

    /// <summary>The mean of <paramref name="a"/> − <paramref name="b"/> over runs that share a seed or split, with its
    /// Student-t interval.</summary>
    /// <param name="a">One value a run.</param>
    /// <param name="b">The other method's values, in the same order of runs.</param>
    /// <param name="testPerTrain">Test images for each training image where the runs re-deal one pool; 0 for
    /// independent runs.</param>
    /// <returns>The estimate of the difference; its <see cref="Estimate.Sd"/> is that of the differences.</returns>
    /// <exception cref="ArgumentException">The counts differ, there is no value, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="testPerTrain"/> is negative or not
    /// finite.</exception>
    internal static Estimate PairedDifference(IReadOnlyList<double> a, IReadOnlyList<double> b, double testPerTrain) =>
        OverRuns(Differences(a, b), testPerTrain);

    /// <summary>The two-sided p-value of Student's paired test that the mean of <paramref name="a"/> −
    /// <paramref name="b"/> is 0.</summary>
    /// <param name="a">One value a run.</param>
    /// <param name="b">The other method's values, in the same order of runs.</param>
    /// <param name="testPerTrain">Test images for each training image where the runs re-deal one pool; 0 for
    /// independent runs.</param>
    /// <returns>0 … 1; NaN for one run.</returns>
    /// <exception cref="ArgumentException">The counts differ, there is no value, or one is not finite.</exception>
    internal static double PairedPValue(IReadOnlyList<double> a, IReadOnlyList<double> b, double testPerTrain)
    {
        var differences = Differences(a, b);
        var mean = differences.Average();
        if (differences.Count == 1) return double.NaN;
        var error = Deviation(differences, mean) * Math.Sqrt(1.0 / differences.Count + testPerTrain);
        return error == 0 ? mean == 0 ? 1 : 0
            : SpecialFunctions.StudentTail(Math.Abs(mean) / error, differences.Count - 1);
    }

    /// <summary>Adjusts p-values for their number by Holm's method: the chance of one false finding among all stays
    /// below the level.</summary>
    /// <param name="pValues">One a test.</param>
    /// <returns>Adjusted values in the same order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside 0 to 1.</exception>
    internal static IReadOnlyList<double> Holm(IReadOnlyList<double> pValues)
    {
        ArgumentNullException.ThrowIfNull(pValues);
        foreach (var p in pValues)
        {
            if (p is not (>= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(pValues), p,
                    FormattableString.Invariant($"p-value {p} is outside 0 to 1; give probabilities"));
        }
        var adjusted = new double[pValues.Count];
        var (rank, largest) = (0, 0.0);
        foreach (var i in Enumerable.Range(0, pValues.Count).OrderBy(i => pValues[i]))
        {
            largest = Math.Max(largest, Math.Min(1, (pValues.Count - rank++) * pValues[i]));
            adjusted[i] = largest;
        }
        return adjusted;
    }

    /// <summary>a − b, run by run.</summary>
    internal static IReadOnlyList<double> Differences(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        Checks.Finite(a, nameof(a));
        Checks.Finite(b, nameof(b));
        Checks.SameCount(a.Count, b.Count, nameof(a), nameof(b));
        return [.. a.Zip(b, (x, y) => x - y)];
    }

    private static double Deviation(IReadOnlyList<double> values, double mean) =>
        Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
}
