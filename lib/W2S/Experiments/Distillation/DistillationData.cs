using System.Collections.Concurrent;
using TorchSharp;
using W2S.Data;
using W2S.Data.Shapes;
using W2S.Models;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Experiments.Distillation;

/// <summary>Where the images of a distillation come from.</summary>
public enum DistillationSet
{
    /// <summary>CIFAR-100 with its 100 classes, from the data folder.</summary>
    Cifar100,

    /// <summary>Pictures that the library draws: 20 classes of form and colour.</summary>
    Shapes,
}

/// <summary>The images of a distillation, described: a set, some of its classes, and how many images train, choose the
/// epoch and judge.</summary>
/// <remarks>
/// Training and validation images are disjoint and both come from the training part of the set; the test images come
/// from its test part and choose nothing. Everything is a function of this record.
/// </remarks>
public sealed record DistillationData
{
    private static readonly ConcurrentDictionary<DistillationData, DistillationImages> Loaded = new();

    /// <summary>The set.</summary>
    /// <value>CIFAR-100.</value>
    public DistillationSet Set { get; init; }

    /// <summary>How many classes: the first ones in the set's order, which is the alphabet's for CIFAR-100.</summary>
    /// <value>10; up to 100 for CIFAR-100 and 20 for shapes.</value>
    public int Classes { get; init; } = 10;

    /// <summary>Images of each class to train on.</summary>
    /// <value>400.</value>
    public int TrainPerClass { get; init; } = 400;

    /// <summary>Images of each class that choose the epoch; they come from the training part and train
    /// nobody.</summary>
    /// <value>100.</value>
    public int ValidationPerClass { get; init; } = 100;

    /// <summary>Images of each class to judge on.</summary>
    /// <value>100, which is all that CIFAR-100 has.</value>
    public int TestPerClass { get; init; } = 100;

    /// <summary>Height and width in pixels: 32, or 16 and 8 by averaging squares of pixels.</summary>
    /// <value>32.</value>
    public int Size { get; init; } = 32;

    /// <summary>What a table calls it, for instance <c>CIFAR-100, first 10 classes, 16×16</c>.</summary>
    public string Name =>
        $"{(Set == DistillationSet.Cifar100 ? "CIFAR-100" : "shapes")}, "
        + $"{(Classes == All ? $"{Classes}" : $"first {Classes}")} classes, {Size}×{Size}";

    /// <summary>What turns the set's bytes into input.</summary>
    public Normalization Normalization =>
        Set == DistillationSet.Cifar100 ? Normalization.Cifar100 : Normalization.Centered;

    private int All => Set == DistillationSet.Cifar100 ? 100 : 20;

    /// <summary>Reads or draws the images; they are kept in memory for the next caller.</summary>
    /// <returns>The three parts, owned by the library: do not dispose them.</returns>
    /// <exception cref="ArgumentException">A number is outside what the set has.</exception>
    /// <exception cref="DirectoryNotFoundException">CIFAR-100 is not there; the message names the command that fetches
    /// it.</exception>
    public DistillationImages Load() => Loaded.GetOrAdd(this, data => data.Read());

    private DistillationImages Read()
    {
        if (Classes < 2 || Classes > All)
            throw new ArgumentException($"Classes {Classes} of a set that has {All}; give 2 to {All}");
        if (TrainPerClass < 1 || ValidationPerClass < 1 || TestPerClass < 1)
            throw new ArgumentException(
                $"{TrainPerClass}, {ValidationPerClass} and {TestPerClass} images a class; give at least one for each "
                + "part");
        if (Size is not (32 or 16 or 8)) throw new ArgumentException($"Size {Size}; give 32, 16 or 8");
        using var train = Source(DataSplit.Train, TrainPerClass + ValidationPerClass);
        using var test = Source(DataSplit.Test, TestPerClass);
        var positions =
            RandomSplit.PerClass(Chosen(train).Select(at => train.Labels[at]).ToArray(),
                TrainPerClass + ValidationPerClass, Seeds.Derive(0, "split"))
            .Select(at => Chosen(train)[at]).GroupBy(at => train.Labels[at]).ToArray();
        return new DistillationImages(
            Part(train, positions.SelectMany(own => own.Take(TrainPerClass)), "train"),
            Part(train, positions.SelectMany(own => own.Skip(TrainPerClass)), "validation"),
            Part(test, Chosen(test).GroupBy(at => test.Labels[at]).SelectMany(own => own.Take(TestPerClass)), "test"));
    }

    private int[] Chosen(ImageSet images) =>
        [.. Enumerable.Range(0, images.Count).Where(at => images.Labels[at] < Classes)];

    private ImageSet Source(DataSplit split, int perClass) => Set == DistillationSet.Cifar100
        ? Cifar100.Read(DataFolder.Require(Cifar100.Folder), split)
        // Drawn with room to spare: the classes are equally likely, not equally many.
        : ShapeImages.Create(new ShapesOptions { Count = All * (perClass + 40 + perClass / 2), Difficulty = 0.6 },
            split == DataSplit.Train ? 11 : 12);

    private ImageSet Part(ImageSet from, IEnumerable<int> positions, string part)
    {
        using var picked = from.Subset([.. positions]);
        using var scope = NewDisposeScope();
        var images = Size == picked.Height
            ? picked.Images.clone()
            : nn.functional.adaptive_avg_pool2d(picked.Images.to_type(ScalarType.Float32), Size).round_().to_type(
                ScalarType.Byte);
        return new ImageSet($"{Name}, {part}", images, picked.Labels, [.. picked.ClassNames.Take(Classes)]);
    }
}

/// <summary>The three parts of a distillation's images.</summary>
/// <param name="Train">Images that teacher and student learn from.</param>
/// <param name="Validation">Images that choose the epoch.</param>
/// <param name="Test">Images to judge on.</param>
public sealed record DistillationImages(ImageSet Train, ImageSet Validation, ImageSet Test);
