using W2S.Torch;

namespace W2S.Data.Episodes;

/// <summary>One few-shot task: which classes, which labelled images, which images to classify.</summary>
/// <param name="Classes">The N classes of the task; a class's place here is its label within the task.</param>
/// <param name="Support">Positions of the N·K labelled images, class by class.</param>
/// <param name="Query">Positions of the N·Q images to classify, class by class, none of them in the support.</param>
/// <exception cref="ArgumentException">There is no class, one is negative, or the images do not divide into the
/// classes.</exception>
public sealed record Episode(IReadOnlyList<long> Classes, IReadOnlyList<int> Support, IReadOnlyList<int> Query)
{
    /// <summary>The N classes of the task; a class's place here is its label within the task.</summary>
    public IReadOnlyList<long> Classes { get; } = Whole(Classes);

    /// <summary>Positions of the N·K labelled images, class by class.</summary>
    public IReadOnlyList<int> Support { get; } = Divided(Support, Classes.Count, nameof(Support));

    /// <summary>Positions of the N·Q images to classify, class by class, none of them in the support.</summary>
    public IReadOnlyList<int> Query { get; } = Divided(Query, Classes.Count, nameof(Query));

    /// <summary>Labels within the task of the images to classify, 0 … N − 1, in the order of
    /// <see cref="Query"/>.</summary>
    public IEnumerable<long> QueryLabels => Query.Select((_, i) => (long)(i / (Query.Count / Classes.Count)));

    private static IReadOnlyList<long> Whole(IReadOnlyList<long> classes)
    {
        Checks.Labels(classes, classes: null, nameof(Classes));
        return classes.Count > 0 ? classes
            : throw new ArgumentException("Classes is empty; give the classes of the task", nameof(Classes));
    }

    private static IReadOnlyList<int> Divided(IReadOnlyList<int> positions, int classes, string name)
    {
        ArgumentNullException.ThrowIfNull(positions, name);
        return positions.Count > 0 && positions.Count % classes == 0
            ? positions
            : throw new ArgumentException(
                $"{name} has {positions.Count} images for {classes} classes; give each class as many, one or more",
                name);
    }
}
