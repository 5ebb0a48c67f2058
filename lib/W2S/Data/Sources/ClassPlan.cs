using W2S.Data.Shapes;
using W2S.Models;
using W2S.Torch;

namespace W2S.Data.Sources;

/// <summary>Three sets of different classes for few-shot learning.</summary>
/// <param name="Base">Classes with many images, to learn from.</param>
/// <param name="Validation">Classes that choose the epoch.</param>
/// <param name="Novel">Classes that judge, once.</param>
public sealed record ClassPlan(DataSource Base, DataSource Validation, DataSource Novel)
{
    // CIFAR-FS: those of neither list are base classes.
    private static readonly int[] CifarFsValidation = [4, 7, 14, 15, 19, 26, 27, 32, 40, 47, 48, 55, 71, 73, 87, 89];
    private static readonly int[] CifarFsNovel =
        [2, 5, 8, 21, 34, 42, 46, 58, 60, 62, 69, 70, 77, 83, 84, 86, 94, 95, 98, 99];

    /// <summary>Other images of the base classes, on which the accuracy of a classifier stage is watched.</summary>
    /// <value>Null: it is not.</value>
    [Added]
    public DataSource? Unseen { get; init; }

    /// <summary>A name of its own.</summary>
    /// <value>Null: that of its base classes.</value>
    [Added]
    public string? Name { get; init; }

    /// <summary>What charts and tables call it.</summary>
    public string Title => Name ?? Base.Title;

    /// <summary>What turns bytes into network input.</summary>
    public Normalization Normalization => Base.Normalization;

    /// <summary>miniImageNet in the split of Ravi and Larochelle.</summary>
    /// <param name="size">Pixels of each side.</param>
    /// <param name="perClass">At most so many images of each class; all where null.</param>
    /// <returns>64 base, 16 validation and 20 novel classes.</returns>
    public static ClassPlan MiniImageNet(int size = 32, int? perClass = null) => new(
        new MiniImageNetSource(ClassPart.Base, size, perClass),
        new MiniImageNetSource(ClassPart.Validation, size, perClass),
        new MiniImageNetSource(ClassPart.Novel, size, perClass));

    /// <summary>CIFAR-FS: CIFAR-100's classes in the split of Bertinetto et al., ICLR 2019 (arXiv
    /// 1805.08136).</summary>
    /// <param name="perClass">The first so many images of each class, 500 at most. The other 100 of the published set,
    /// which are CIFAR-100's test part, stay unseen: those of the base classes are <see cref="Unseen"/>.</param>
    /// <returns>64 base, 16 validation and 20 novel classes.</returns>
    public static ClassPlan CifarFs(int perClass = 500)
    {
        var all = new Cifar100Source(DataSplit.Train);
        int[] seen = [.. Enumerable.Range(0, 100).Except(CifarFsValidation).Except(CifarFsNovel)];
        DataSource Few(int[] classes) => all.OfClasses(classes).FirstOfEachClass(perClass);
        return new ClassPlan(Few(seen), Few(CifarFsValidation), Few(CifarFsNovel))
        {
            Name = "CIFAR-FS",
            Unseen = new Cifar100Source(DataSplit.Test).OfClasses(seen),
        };
    }

    /// <summary>Pairs of ten forms and four colours: pairs, not forms or colours, are new, so that a novel class shares
    /// each with base classes.</summary>
    /// <param name="perClass">Images of each class.</param>
    /// <returns>24 base, 6 validation and 10 novel pairs.</returns>
    public static ClassPlan Shapes(int perClass = 60)
    {
        var options = new ShapesOptions { Forms = 10, Colors = 4, Count = 40 * perClass, Difficulty = 0.6 };
        var (all, order) = (new ShapesSource(options, 7),
            RandomSplit.Permutation(options.Classes, Seeds.Derive(7, "classes")));
        return new ClassPlan(all.OfClasses(order[..24]), all.OfClasses(order[24..30]), all.OfClasses(order[30..]));
    }

    /// <summary>One of the three.</summary>
    /// <param name="part">Which classes.</param>
    /// <returns>The set of them.</returns>
    public DataSource Of(ClassPart part) => part switch
    {
        ClassPart.Base => Base,
        ClassPart.Validation => Validation,
        _ => Novel,
    };
}
