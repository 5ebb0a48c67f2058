using System.Collections.Concurrent;
using W2S.Data;
using W2S.Data.Shapes;
using W2S.Torch;

namespace W2S.Experiments.Transfer;

/// <summary>The images of a transfer, described: a new task, and how many of its images are labelled, unlabelled,
/// choose the epoch and judge.</summary>
/// <remarks>Parts are disjoint, drawn at random by the seed of a run; a teacher learns from the labelled part, its
/// student from the other.</remarks>
public sealed record TransferData : IImageSource
{
    private static readonly ConcurrentDictionary<TransferData, ImageSet> Loaded = new();

    /// <summary>A folder with a sub-folder of images for each class, inside the data folder; null for forms that the
    /// library draws.</summary>
    /// <value>EuroSAT.</value>
    public string? Folder { get; init; } = "eurosat/EuroSAT_RGB";

    /// <summary>What tables call the task.</summary>
    /// <value>EuroSAT.</value>
    public string Name { get; init; } = "EuroSAT";

    /// <summary>Height and width of the images in pixels.</summary>
    /// <value>32.</value>
    public int Size { get; init; } = 32;

    /// <summary>At most so many images of each class are read, in the order of their names.</summary>
    /// <value>300.</value>
    public int PerClass { get; init; } = 300;

    /// <summary>Images with true labels, which the teacher learns from.</summary>
    /// <value>200.</value>
    public int Labelled { get; init; } = 200;

    /// <summary>Images with true labels that choose the epoch and train nobody.</summary>
    /// <value>200.</value>
    public int Validation { get; init; } = 200;

    /// <summary>Images that the teacher labels for its student.</summary>
    /// <value>1,000.</value>
    public int Unlabelled { get; init; } = 1_000;

    /// <summary>Images to judge on.</summary>
    /// <value>1,000.</value>
    public int Test { get; init; } = 1_000;

    /// <inheritdoc/>
    string IImageSource.Title => Name;

    /// <summary>Test images for each of the others that a seed deals.</summary>
    public double TestPerTrain => (double)Test / (Labelled + Validation + Unlabelled);

    /// <summary>The task whole, without parts: what features of its images depend on.</summary>
    public TransferData Whole => this with { Labelled = 0, Validation = 0, Unlabelled = 0, Test = 0 };

    /// <summary>Ten forms drawn by the library, for a page without data.</summary>
    public static TransferData Shapes { get; } = new() { Folder = null, Name = "shapes, ten forms" };

    /// <summary>Reads or draws the whole task; kept in memory for the next caller.</summary>
    /// <returns>The images, owned by the library: do not dispose them.</returns>
    /// <exception cref="DirectoryNotFoundException">The folder is not there; the message names the command that fetches
    /// it.</exception>
    public ImageSet Load() => Loaded.GetOrAdd(
        Whole,
        data => data.Folder is null
            ? W2S.Data.Shapes.ShapeImages.Create(
                new ShapesOptions
                {
                    Count = 10 * data.PerClass,
                    Forms = 10,
                    Labels = ShapeLabels.Form,
                    Difficulty = 0.6
                }, seed: 2)
            : ImageFolder.Read(DataFolder.Require(data.Folder), size: data.Size, name: data.Name,
                perClass: data.PerClass));

    /// <inheritdoc/>
    ImageSet IImageSource.Read()
    {
        var all = Load();
        return all.Subset([.. Enumerable.Range(0, all.Count)], all.Name);
    }

    /// <summary>Draws the four parts.</summary>
    /// <param name="seed">The same seed gives the same parts on every machine.</param>
    /// <returns>Positions in the set: labelled, validation, unlabelled, test.</returns>
    /// <exception cref="ArgumentException">The parts are larger than the set, or one is negative.</exception>
    public (int[] Labelled, int[] Validation, int[] Unlabelled, int[] Test) Draw(long seed)
    {
        var parts =
            RandomSplit.Parts(Load().Count, Seeds.Derive(seed, "split"), Labelled, Validation, Unlabelled, Test);
        return (parts[0], parts[1], parts[2], parts[3]);
    }
}
