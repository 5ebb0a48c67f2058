using System.Collections.Concurrent;
using W2S.Data;
using W2S.Data.Noise;
using W2S.Data.Shapes;

namespace W2S.Experiments.NoisyLabels;

/// <summary>Images of the noisy-label studies.</summary>
public enum NoisyImages
{
    /// <summary>The 10,000 test images of CIFAR-100, which no public network was trained on.</summary>
    Cifar100Test,

    /// <summary>A fixed random subset of 10,000 of CIFAR-100's 50,000 training images: those that people labelled for
    /// CIFAR-100N. The public CIFAR-100 networks were trained on them, with true labels.</summary>
    Cifar100TrainSubset,

    /// <summary>10,000 pictures of <c>shapes</c>, 20 classes.</summary>
    Shapes,

    /// <summary>All 50,000 training images of CIFAR-100, for networks that are trained whole.</summary>
    Cifar100Train,
}

/// <summary>One of the sets, for an experiment's record.</summary>
/// <param name="Images">The set that is meant.</param>
public sealed record NoisyImageSource(NoisyImages Images) : IImageSource
{
    /// <inheritdoc/>
    public string Title => Images.Title();

    /// <inheritdoc/>
    public ImageSet Read() => Images.Read();
}

/// <summary>Reads the images of the noisy-label studies.</summary>
public static class NoisyImageSets
{
    /// <summary>How many images the sets for probes have.</summary>
    public const int Count = 10_000;

    /// <summary>Reads a set.</summary>
    /// <param name="images">The set that is meant.</param>
    /// <returns>The images with their true labels; the caller disposes them.</returns>
    /// <exception cref="DirectoryNotFoundException">CIFAR-100 is not there; the message names the command that fetches
    /// it.</exception>
    public static ImageSet Read(this NoisyImages images)
    {
        if (images == NoisyImages.Shapes)
            return ShapeImages.Create(new ShapesOptions { Count = Count, Difficulty = 0.6 }, seed: 4);
        var folder = DataFolder.Require(Cifar100.Folder);
        if (images == NoisyImages.Cifar100Test) return Cifar100.Read(folder, DataSplit.Test);
        if (images == NoisyImages.Cifar100Train) return Cifar100.Read(folder, DataSplit.Train);
        using var all = Cifar100.Read(folder, DataSplit.Train);
        return all.Subset(Subset, images.Title());
    }

    /// <summary>The labels that people gave to CIFAR-100's training images, in the set's order.</summary>
    /// <param name="images">All of them, or the subset.</param>
    /// <returns>A class for each image.</returns>
    /// <exception cref="ArgumentException">People did not label that set.</exception>
    /// <exception cref="FileNotFoundException">The labels are not there; the message names the command that fetches
    /// them.</exception>
    public static IReadOnlyList<long> ReadHumanLabels(this NoisyImages images)
    {
        if (images is not (NoisyImages.Cifar100Train or NoisyImages.Cifar100TrainSubset))
            throw new ArgumentException(
                $"nobody labelled {images.Title()} for CIFAR-100N; give {NoisyImages.Cifar100TrainSubset}",
                nameof(images));
        var labels = Human.GetOrAdd(DataFolder.Root, _ =>
            HumanLabels.Read(HumanLabels.Find() ?? DataFolder.Require(HumanLabels.Published),
                NoisyImages.Cifar100Train.ReadLabels().Labels).Labels);
        return images == NoisyImages.Cifar100Train ? labels : [.. Subset.Select(position => labels[position])];
    }

    /// <summary>The true labels of a set and the names of its classes, without its images; read once and
    /// kept.</summary>
    internal static (IReadOnlyList<long> Labels, IReadOnlyList<string> ClassNames) ReadLabels(
        this NoisyImages images) => Known.GetOrAdd((DataFolder.Root, images), _ =>
    {
        using var set = images.Read();
        return (set.Labels, set.ClassNames);
    });

    /// <summary>What charts and tables call a set.</summary>
    /// <param name="images">The set that is meant.</param>
    /// <returns>For instance <c>CIFAR-100 test</c>.</returns>
    public static string Title(this NoisyImages images) => images switch
    {
        NoisyImages.Cifar100Test => "CIFAR-100 test",
        NoisyImages.Cifar100TrainSubset => "CIFAR-100 train subset",
        NoisyImages.Cifar100Train => "CIFAR-100 train",
        _ => "shapes",
    };

    /// <summary>Test images for each training image of a split: 0 where it takes all of two sets, so that no seed deals
    /// anew.</summary>
    internal static double TestPerTrain(this NoisyImages train, NoisyImages test, int trainImages, int testImages) =>
        train != test && trainImages == train.Size() && testImages == test.Size() ? 0
            : (double)testImages / trainImages;

    private static int Size(this NoisyImages images) => images == NoisyImages.Cifar100Train ? 50_000 : Count;

    private static readonly ConcurrentDictionary<(string, NoisyImages), (IReadOnlyList<long>, IReadOnlyList<string>)>
        Known = new();
    private static readonly ConcurrentDictionary<string, IReadOnlyList<long>> Human = new();

    private static int[] Subset => RandomSplit.Permutation(50_000, seed: 100)[..Count];
}
