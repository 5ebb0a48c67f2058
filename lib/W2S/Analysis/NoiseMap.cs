using W2S.Torch;

namespace W2S.Analysis;

/// <summary>Which labels the images of each class carry: label noise as it turned out, not as it was asked
/// for.</summary>
/// <param name="Counts">[true class, given label]: how many images.</param>
public sealed record NoiseMap(long[,] Counts)
{
    /// <summary>How many classes.</summary>
    public int Classes => Counts.GetLength(0);

    /// <summary>Images in all.</summary>
    public long Count => Counts.Cast<long>().Sum();

    /// <summary>The share of images whose label is not their class, 0 … 1.</summary>
    public double RealisedRate =>
        (double)(Count - Enumerable.Range(0, Classes).Sum(truth => Counts[truth, truth])) / Count;

    /// <summary>
    /// Of the wrong labels of a class, the share that the most frequent wrong class has, averaged over the classes with
    /// wrong labels: 1 where each class errs one way only, about 1/(C − 1) where errors go everywhere alike and images
    /// are many. 0 without wrong labels.
    /// </summary>
    public double Concentration
    {
        get
        {
            var shares = Enumerable.Range(0, Classes)
                .Select(truth =>
                    Enumerable.Range(0, Classes).Where(given => given != truth).Select(given => Counts[truth, given])
                        .ToArray())
                .Where(wrong => wrong.Sum() > 0)
                .Select(wrong => (double)wrong.Max() / wrong.Sum()).ToArray();
            return shares.Length == 0 ? 0 : shares.Average();
        }
    }

    /// <summary>Counts labels.</summary>
    /// <param name="truth">The true class of each image.</param>
    /// <param name="given">The label of each image.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <returns>The map.</returns>
    /// <exception cref="ArgumentException">The counts differ, there is no image, or a number is outside the
    /// classes.</exception>
    public static NoiseMap Of(IReadOnlyList<long> truth, IReadOnlyList<long> given, int classes)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(given);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        Checks.SameCount(truth.Count, given.Count, nameof(truth), nameof(given));
        if (truth.Count == 0) throw new ArgumentException("truth is empty; give at least one image", nameof(truth));
        Checks.Labels(truth, classes, nameof(truth));
        Checks.Labels(given, classes, nameof(given));
        var counts = new long[classes, classes];
        for (var i = 0; i < truth.Count; i++) counts[truth[i], given[i]]++;
        return new NoiseMap(counts);
    }

    /// <summary>The share of a class's images that carry a label.</summary>
    /// <param name="truth">The true class.</param>
    /// <param name="given">The label.</param>
    /// <returns>0 … 1; NaN for a class without images.</returns>
    /// <exception cref="ArgumentException">A number is outside the classes.</exception>
    public double Share(int truth, int given)
    {
        Checks.Label(truth, Classes, nameof(truth));
        Checks.Label(given, Classes, nameof(given));
        return (double)Counts[truth, given] / Enumerable.Range(0, Classes).Sum(label => Counts[truth, label]);
    }
}
