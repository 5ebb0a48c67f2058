using System.Collections.Concurrent;
using W2S.Data;
using W2S.Data.Shapes;

namespace W2S.Experiments.LabelChoice;

/// <summary>Images of the label-choice studies.</summary>
public enum ChoiceImages
{
    /// <summary>The 10,000 test images of CIFAR-100 and their 20 super-classes.</summary>
    Cifar100SuperClasses,

    /// <summary>EuroSAT, 300 images of each of its ten classes, shrunk to 32×32.</summary>
    EuroSat,

    /// <summary>6,000 pictures of <c>shapes</c>, 20 classes.</summary>
    Shapes,
}

/// <summary>One of the sets, for an experiment's record.</summary>
/// <param name="Images">The set that is meant.</param>
/// <param name="Count">The first so many of them in the set's random order; all where 0.</param>
public sealed record ChoiceImageSource(ChoiceImages Images, int Count) : IImageSource
{
    /// <inheritdoc/>
    public string Title => Images.Title();

    /// <inheritdoc/>
    public ImageSet Read() => Images.Read(Count);
}

/// <summary>Reads the images of the label-choice studies.</summary>
public static class ChoiceImageSets
{
    /// <summary>EuroSAT's folder inside the data folder.</summary>
    public const string EuroSatFolder = "eurosat/EuroSAT_RGB";

    private static readonly ConcurrentDictionary<(string, ChoiceImages, int), (IReadOnlyList<long>, int)> Known = new();

    /// <summary>Reads a set.</summary>
    /// <param name="images">The set that is meant.</param>
    /// <param name="count">The first so many of them in the set's random order; all where 0.</param>
    /// <returns>The images with their true labels; the caller disposes them.</returns>
    /// <exception cref="DirectoryNotFoundException">The data is not there; the message names the command that fetches
    /// it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many.</exception>
    public static ImageSet Read(this ChoiceImages images, int count = 0)
    {
        var all = images.ReadAll();
        if (count == 0 || count == all.Count) return all;
        using (all)
        {
            if (count < 0 || count > all.Count)
                throw new ArgumentOutOfRangeException(nameof(count), count,
                    $"{count} images of {all.Count} in {images.Title()}; give 1 to {all.Count}, or 0 for all");
            return all.Subset(RandomSplit.Permutation(all.Count, seed: 5)[..count]);
        }
    }

    private static ImageSet ReadAll(this ChoiceImages images) => images switch
    {
        ChoiceImages.Cifar100SuperClasses =>
            Cifar100.Read(DataFolder.Require(Cifar100.Folder), DataSplit.Test, Cifar100Labels.Coarse),
        ChoiceImages.EuroSat =>
            ImageFolder.Read(DataFolder.Require(EuroSatFolder), size: 32, name: "EuroSAT", perClass: 300),
        ChoiceImages.Shapes => ShapeImages.Create(new ShapesOptions { Count = 6_000, Difficulty = 0.6 }, seed: 1),
        _ => throw new ArgumentOutOfRangeException(nameof(images), images,
            $"{images} is none of {string.Join(", ", Enum.GetNames<ChoiceImages>())}"),
    };

    /// <summary>What charts and tables call a set.</summary>
    /// <param name="images">The set that is meant.</param>
    /// <returns>For instance <c>CIFAR-100, 20 super-classes</c>.</returns>
    public static string Title(this ChoiceImages images) => images switch
    {
        ChoiceImages.Cifar100SuperClasses => "CIFAR-100, 20 super-classes",
        ChoiceImages.EuroSat => "EuroSAT",
        _ => "shapes",
    };

    /// <summary>The true labels of a set and how many classes it has, read once and kept.</summary>
    internal static (IReadOnlyList<long> Labels, int Classes) ReadLabels(this ChoiceImages images, int count) =>
        Known.GetOrAdd((DataFolder.Root, images, count), _ =>
    {
        using var set = images.Read(count);
        return (set.Labels, set.Classes);
    });
}
