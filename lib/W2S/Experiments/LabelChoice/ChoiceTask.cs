using W2S.Data;
using W2S.Runs;
using W2S.Torch;
using W2S.Training;

namespace W2S.Experiments.LabelChoice;

/// <summary>What a label-choice study is about: images, a pool of weak teachers, a strong student, and how many labels
/// anyone may use.</summary>
/// <remarks>
/// Images are dealt in three: the teachers' part, of which a few images have true labels (some to learn from, some to
/// validate by), the student's part, which has none, and the test part. Every teacher is a probe on a frozen network's
/// features; the student is a probe on the strong network's.
/// </remarks>
public sealed record ChoiceTask
{
    /// <summary>The images.</summary>
    public required ChoiceImages Images { get; init; }

    /// <summary>How many of the images take part, drawn once and for all splits; all where 0.</summary>
    /// <value>0.</value>
    public int Count { get; init; }

    /// <summary>The weak networks, the first of which is the one teacher where only one teaches: see
    /// <see cref="FrozenNetwork.Named"/>.</summary>
    public required IReadOnlyList<string> Teachers { get; init; }

    /// <summary>The strong network.</summary>
    public required string Student { get; init; }

    /// <summary>True labels that every teacher learns from.</summary>
    public required int TrueLabels { get; init; }

    /// <summary>Further true labels, for temperatures and for the weights of teachers: nobody learns from
    /// them.</summary>
    public required int ValidationLabels { get; init; }

    /// <summary>Images of the student's part.</summary>
    public required int StudentImages { get; init; }

    /// <summary>Images to judge by.</summary>
    public required int TestImages { get; init; }

    /// <summary>How every probe is trained; its seed is replaced by the split's.</summary>
    public LinearProbeOptions Probe { get; init; } = new();

    /// <summary>CIFAR-100's super-classes: two teachers whose networks know the classes and one that does
    /// not.</summary>
    public static ChoiceTask Cifar100 { get; } = new()
    {
        Images = ChoiceImages.Cifar100SuperClasses,
        Teachers = ["cifar100_resnet20", "cifar100_resnet32", "cifar10_resnet20"],
        Student = "cifar100_resnet56",
        TrueLabels = 2_000,
        ValidationLabels = 1_000,
        StudentImages = 4_000,
        TestImages = 2_000,
    };

    /// <summary>EuroSAT, which no network has seen.</summary>
    public static ChoiceTask EuroSat { get; } = new()
    {
        Images = ChoiceImages.EuroSat,
        Teachers = ["cifar10_resnet20", "cifar10_resnet56", "cifar100_resnet20"],
        Student = "cifar100_resnet56",
        TrueLabels = 200,
        ValidationLabels = 200,
        StudentImages = 1_000,
        TestImages = 1_000,
        Probe = new LinearProbeOptions { Steps = 300 },
    };

    /// <summary>Shapes: a teacher that knows the classes a little, one that learned colours alone and one that learned
    /// forms alone.</summary>
    public static ChoiceTask Shapes { get; } = new()
    {
        Images = ChoiceImages.Shapes,
        Teachers = ["shapes weak", "shapes colours", "shapes forms"],
        Student = "shapes strong",
        TrueLabels = 1_000,
        ValidationLabels = 500,
        StudentImages = 2_400,
        TestImages = 1_200,
        Probe = new LinearProbeOptions { Steps = 300 },
    };

    /// <summary>The same with a third of the images, labels and steps, for a quick look.</summary>
    public ChoiceTask Small => this with
    {
        Count = TrueLabels / 3 + ValidationLabels / 3 + StudentImages / 3 + TestImages / 3,
        TrueLabels = TrueLabels / 3,
        ValidationLabels = ValidationLabels / 3,
        StudentImages = StudentImages / 3,
        TestImages = TestImages / 3,
        Probe = Probe with { Steps = 200 },
    };

    /// <summary>Test images for each of the others that a split deals.</summary>
    public double TestPerTrain => (double)TestImages / (TrueLabels + ValidationLabels + StudentImages);

    /// <summary>What all runs of the task have in common.</summary>
    internal RunFacets Facets => new()
    {
        Scenario = "label choice",
        Data = Images.Title(),
        Teacher = string.Join(" + ", Teachers),
        Student = Student,
    };

    /// <summary>Draws a split.</summary>
    /// <param name="seed">Its number.</param>
    /// <returns>Positions and true labels of its parts.</returns>
    /// <exception cref="ArgumentException">The parts are larger than the set.</exception>
    public ChoiceSplit Draw(long seed)
    {
        var (labels, classes) = Images.ReadLabels(Count);
        var parts =
            RandomSplit.Parts(labels.Count, Seeds.Derive(seed, "split"), TrueLabels, ValidationLabels, StudentImages,
                TestImages);
        return new ChoiceSplit(parts[0], parts[1], parts[2], parts[3], labels, classes);
    }
}

/// <summary>A split of a <see cref="ChoiceTask"/>.</summary>
/// <param name="Train">Positions of the images that teachers learn from.</param>
/// <param name="Validation">Positions of the images for temperatures and weights.</param>
/// <param name="Student">Positions of the images that the teachers label.</param>
/// <param name="Test">Positions of the images to judge by.</param>
/// <param name="Labels">The true label of every image of the set.</param>
/// <param name="Classes">How many classes there are.</param>
public sealed record ChoiceSplit(
    IReadOnlyList<int> Train, IReadOnlyList<int> Validation, IReadOnlyList<int> Student, IReadOnlyList<int> Test,
    IReadOnlyList<long> Labels, int Classes)
{
    /// <summary>True labels of some positions.</summary>
    /// <param name="positions">For instance <see cref="Test"/>.</param>
    /// <returns>In their order.</returns>
    public long[] Truth(IReadOnlyList<int> positions) => [.. positions.Select(position => Labels[position])];
}
