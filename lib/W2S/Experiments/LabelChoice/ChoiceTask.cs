using W2S.Data;
using W2S.Data.Shapes;
using W2S.Data.Sources;
using W2S.Models;
using W2S.Runs;
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
    /// <summary>The images: labels that every teacher learns from; further ones, for temperatures and for the weights
    /// of teachers; the student's images, unlabelled; and those to judge by.</summary>
    public required DataPlan Data { get; init; }

    /// <summary>The weak networks, the first of which is the one teacher where only one teaches.</summary>
    public required IReadOnlyList<NetworkSource> Teachers { get; init; }

    /// <summary>The strong network.</summary>
    public required NetworkSource Student { get; init; }

    /// <summary>How every probe is trained; its seed is replaced by the split's.</summary>
    public LinearProbeOptions Probe { get; init; } = new();

    /// <summary>CIFAR-100's super-classes: two teachers whose networks know the classes and one that does
    /// not.</summary>
    public static ChoiceTask Cifar100 { get; } = new()
    {
        Data = new DataPlan
        {
            Pool = new Cifar100Source(DataSplit.Test, Cifar100Labels.Coarse),
            Labelled = 2_000,
            Validation = 1_000,
            Unlabelled = 4_000,
            Test = 2_000,
        },
        Teachers = Public("cifar100_resnet20", "cifar100_resnet32", "cifar10_resnet20"),
        Student = new PublicNetwork("cifar100_resnet56"),
    };

    /// <summary>EuroSAT, which no network has seen.</summary>
    public static ChoiceTask EuroSat { get; } = new()
    {
        Data = new DataPlan
        {
            Pool = FolderSource.EuroSat,
            Labelled = 200,
            Validation = 200,
            Unlabelled = 1_000,
            Test = 1_000,
        },
        Teachers = Public("cifar10_resnet20", "cifar10_resnet56", "cifar100_resnet20"),
        Student = new PublicNetwork("cifar100_resnet56"),
        Probe = new LinearProbeOptions { Steps = 300 },
    };

    /// <summary>Shapes: a teacher that knows the classes a little, one that learned colours alone and one that learned
    /// forms alone.</summary>
    public static ChoiceTask Shapes { get; } = new()
    {
        Data = new DataPlan
        {
            Pool = new ShapesSource(new ShapesOptions { Count = 6_000, Difficulty = 0.6 }, 1),
            Labelled = 1_000,
            Validation = 500,
            Unlabelled = 2_400,
            Test = 1_200,
        },
        Teachers = [ShapesPretraining.Weak, ShapesPretraining.Colours, ShapesPretraining.Forms],
        Student = ShapesPretraining.Strong,
        Probe = new LinearProbeOptions { Steps = 300 },
    };

    /// <summary>The same with a third of the images, labels and steps, for a quick look.</summary>
    public ChoiceTask Small => this with
    {
        Data = Data with
        {
            Pool = Data.Pool.Sample(
                Data.Labelled / 3 + Data.Validation / 3 + Data.Unlabelled / 3 + Data.Test / 3, seed: 5),
            Labelled = Data.Labelled / 3,
            Validation = Data.Validation / 3,
            Unlabelled = Data.Unlabelled / 3,
            Test = Data.Test / 3,
        },
        Probe = Probe with { Steps = 200 },
    };

    /// <summary>What all runs of the task have in common.</summary>
    internal RunFacets Facets => new()
    {
        Scenario = "label choice",
        Data = Data.Title,
        Teacher = string.Join(" + ", Teachers.Select(teacher => teacher.Title)),
        Student = Student.Title,
    };

    private static IReadOnlyList<NetworkSource> Public(params string[] names) =>
        [.. names.Select(name => new PublicNetwork(name))];
}
