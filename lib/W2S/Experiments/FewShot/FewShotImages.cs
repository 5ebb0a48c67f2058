using System.Collections.Concurrent;
using W2S.Data;
using W2S.Data.Shapes;
using W2S.Models;
using W2S.Torch;

namespace W2S.Experiments.FewShot;

/// <summary>Which images a few-shot run uses: base classes to learn from, validation classes to choose by, novel
/// classes to judge by.</summary>
public sealed record FewShotImages
{
    private static readonly ConcurrentDictionary<(FewShotImages, ClassPart), ImageSet> Read = new();

    /// <summary>miniImageNet, from the data folder.</summary>
    public static FewShotImages MiniImageNet { get; } = new() { Set = Data.MiniImageNet.Folder };

    /// <summary>Drawn forms in colours: 24 base, 6 validation and 10 novel pairs of ten forms and four
    /// colours.</summary>
    public static FewShotImages Shapes { get; } = new() { Set = "shapes" };

    /// <summary><c>mini-imagenet</c> or <c>shapes</c>.</summary>
    public required string Set { get; init; }

    /// <summary>Pixels of an image's side; <c>shapes</c> have 32.</summary>
    /// <value>32</value>
    public int Size { get; init; } = 32;

    /// <summary>At most so many images of each class; null for all.</summary>
    /// <value>Null</value>
    public int? PerClass { get; init; }

    /// <summary>The set's name for tables.</summary>
    public string Title => Set == Shapes.Set ? "shapes" : $"miniImageNet at {Size} pixels";

    /// <summary>What turns bytes into network input.</summary>
    public Normalization Normalization => Set == Shapes.Set ? Normalization.Centered : Normalization.ImageNet;

    /// <summary>Reads a part, once a process.</summary>
    /// <param name="part">Which classes.</param>
    /// <returns>The images; they stay in memory and belong to nobody: do not dispose them.</returns>
    /// <exception cref="DirectoryNotFoundException">The data is not there; the message says how to get it.</exception>
    /// <exception cref="ArgumentException"><see cref="Set"/> is not known.</exception>
    public ImageSet Part(ClassPart part) => Read.GetOrAdd((this, part), key => key.Item1.Load(key.Item2));

    private ImageSet Load(ClassPart part)
    {
        if (Set == Data.MiniImageNet.Folder)
            return Data.MiniImageNet.Read(DataFolder.Require(Set), part, Size, PerClass);
        if (Set != "shapes")
            throw new ArgumentException($"there is no few-shot set '{Set}'; give {Data.MiniImageNet.Folder} or shapes");
        const int forms = 10, colors = 4;
        using var all =
            W2S.Data.Shapes.ShapeImages.Create(
                new ShapesOptions
                {
                    Forms = forms,
                    Colors = colors,
                    Count = forms * colors * (PerClass ?? 60),
                    Difficulty = 0.6
                }, seed: 7);
        // Pairs, not forms or colours, are new: a novel class shares each with base classes.
        var order = RandomSplit.Permutation(forms * colors, Seeds.Derive(7, "classes"));
        var (from, to) = part switch { ClassPart.Base => (0, 24), ClassPart.Validation => (24, 30), _ => (30, 40) };
        return all.OfClasses(order[from..to], $"shapes {part.ToString().ToLowerInvariant()}");
    }
}
