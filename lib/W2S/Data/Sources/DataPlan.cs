using W2S.Data.Noise;
using W2S.Torch;

namespace W2S.Data.Sources;

/// <summary>Which images of a set have labels, choose, are unlabelled, or judge.</summary>
/// <remarks>
/// The parts share no image. They are dealt from <see cref="Pool"/> by a run's seed, in the order of the properties
/// below, so that runs of one seed share them; or once, for all seeds. Test images may come from a set of their own.
/// Everything is a function of this record and the seed.
/// </remarks>
public sealed record DataPlan
{
    /// <summary>The images that are dealt.</summary>
    public required DataSource Pool { get; init; }

    /// <summary>The set that the test images come from.</summary>
    /// <value>Null: they are dealt from <see cref="Pool"/>.</value>
    public DataSource? TestPool { get; init; }

    /// <summary>How labels of the labelled part are made wrong.</summary>
    /// <value>Null: they are the true ones.</value>
    public NoiseSetting? Noise { get; init; }

    /// <summary>Images with a label to learn from.</summary>
    /// <value>0.</value>
    public int Labelled { get; init; }

    /// <summary>Images dealt after the labelled ones that nobody uses, so that plans of fewer labels share their other
    /// parts.</summary>
    /// <value>0.</value>
    public int Unused { get; init; }

    /// <summary>Images with a label that choose, an epoch or a temperature, and teach nobody.</summary>
    /// <value>0.</value>
    public int Validation { get; init; }

    /// <summary>Images without a label, for a teacher to name.</summary>
    /// <value>0.</value>
    public int Unlabelled { get; init; }

    /// <summary>Images that judge and choose nothing.</summary>
    /// <value>0: all of <see cref="TestPool"/>, or none without one.</value>
    public int Test { get; init; }

    /// <summary>Whether the sizes are numbers of each class.</summary>
    /// <value>False: of all images.</value>
    public bool PerClass { get; init; }

    /// <summary>Whether every seed has the same parts; noise is drawn by the seed all the same.</summary>
    /// <value>False: each seed deals anew.</value>
    public bool Fixed { get; init; }

    /// <summary>What charts and tables call it.</summary>
    public string Title => Pool.Title;

    /// <summary>Test images for each of the others, where every seed deals them anew: intervals over the seeds are
    /// widened by it for the images that they share (see <see cref="Analysis.Statistics"/>).</summary>
    /// <value>0 where nothing is dealt anew.</value>
    public double TestPerTrain => Fixed || Test == 0 ? 0
        : (double)Test / (Labelled + Unused + Validation + Unlabelled);

    /// <summary>Deals the parts without reading an image.</summary>
    /// <param name="seed">The same seed gives the same parts and the same noise on every machine.</param>
    /// <returns>Positions and labels of each part.</returns>
    /// <exception cref="ArgumentException">A part is negative, the set has fewer images, or nobody made the labels that
    /// people are to have made.</exception>
    /// <exception cref="DirectoryNotFoundException">The data is not there.</exception>
    public DataParts Draw(long seed)
    {
        var dealing = Fixed ? 0 : seed;
        var (labels, names) = Pool.ReadLabels();
        int[] sizes = [Labelled, Unused, Validation, Unlabelled, TestPool is null ? Test : 0];
        if (!PerClass && (sizes.Any(size => size < 0) || sizes.Sum() > labels.Count))
            throw new ArgumentException(
                $"{Title} has {labels.Count} images, and {sizes[0]} labelled, {sizes[1]} unused, {sizes[2]} validation"
                + $", {sizes[3]} unlabelled and {sizes[4]} test images are asked for; give sizes of 0 or more that "
                + $"together make at most {labels.Count}");
        var dealt = Deal(labels, sizes, Seeds.Derive(dealing, "split"));
        var (testLabels, test) = (labels, dealt[4]);
        if (TestPool is not null)
        {
            testLabels = TestPool.ReadLabels().Labels;
            test = Test == 0 ? [.. Enumerable.Range(0, testLabels.Count)]
                : Deal(testLabels, [Test], Seeds.Derive(dealing, "test split"))[0];
        }
        var labelled = DataPart.Of(dealt[0], labels);
        return new DataParts(labelled with { Given = Spoil(labelled, names.Count, seed) },
            DataPart.Of(dealt[2], labels), DataPart.Of(dealt[3], labels), DataPart.Of(test, testLabels), names);
    }

    /// <summary>Deals the parts and reads their images.</summary>
    /// <param name="seed">As for <see cref="Draw"/>.</param>
    /// <returns>The parts with their images, the labelled ones under their given labels; the caller disposes
    /// them.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Draw"/>.</exception>
    /// <exception cref="DirectoryNotFoundException">The data is not there.</exception>
    public DataParts Open(long seed)
    {
        var parts = Draw(seed);
        using var pool = Pool.Read();
        using var tests = TestPool?.Read();
        return parts with
        {
            Labelled = parts.Labelled.From(pool),
            Validation = parts.Validation.From(pool),
            Unlabelled = parts.Unlabelled.From(pool),
            Test = parts.Test.From(tests ?? pool),
        };
    }

    private int[][] Deal(IReadOnlyList<long> labels, int[] sizes, long seed)
    {
        if (!PerClass) return RandomSplit.Parts(labels.Count, seed, sizes);
        var classes = RandomSplit.PerClass(labels, sizes.Sum(), seed).GroupBy(at => labels[at]).ToArray();
        var parts = new int[sizes.Length][];
        for (int part = 0, start = 0; part < parts.Length; start += sizes[part++])
            parts[part] = [.. classes.SelectMany(own => own.Skip(start).Take(sizes[part]))];
        return parts;
    }

    private IReadOnlyList<long> Spoil(DataPart labelled, int classes, long seed)
    {
        if (Noise is null || labelled.Count == 0) return labelled.Truth;
        if (Noise.Kind != NoiseKind.Human)
            return Noise.Apply(labelled.Truth, classes, Seeds.Derive(seed, Seeds.Noise), Pool.ClassGroups);
        var given = Pool.LabelledByPeople?.ReadLabels().Labels ?? throw new ArgumentException(
            $"nobody labelled {Title} anew; give CIFAR-100's training part, or another noise");
        return [.. labelled.Positions.Select(position => given[position])];
    }
}
