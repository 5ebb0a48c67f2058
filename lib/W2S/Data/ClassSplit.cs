using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Data;

/// <summary>The three disjoint groups of classes of a few-shot study.</summary>
public enum ClassPart
{
    /// <summary>Classes with many labelled images, to learn the representation from.</summary>
    Base,

    /// <summary>Other classes, to choose by.</summary>
    Validation,

    /// <summary>Classes that neither training nor choice has seen, to judge by.</summary>
    Novel,
}

/// <summary>Parts of a set by class.</summary>
public static class ClassSplit
{
    /// <summary>Every image of some classes, relabelled 0, 1, … in the order given.</summary>
    /// <param name="set">The images.</param>
    /// <param name="classes">Classes of the set, each once.</param>
    /// <param name="name">The new set's name; this set's where null.</param>
    /// <returns>A new set, independent of the other.</returns>
    /// <exception cref="ArgumentException">A class stands twice, is none of the set, or no image has one of
    /// them.</exception>
    public static ImageSet OfClasses(this ImageSet set, IReadOnlyList<int> classes, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(classes);
        var labels = new Dictionary<long, long>();
        foreach (var one in classes)
        {
            if (one < 0 || one >= set.Classes)
                throw new ArgumentException(
                    $"class {one} is outside 0 … {set.Classes - 1} of {set.Name}; give classes of the set",
                    nameof(classes));
            if (!labels.TryAdd(one, labels.Count))
                throw new ArgumentException($"class {one} ({set.ClassNames[one]}) stands twice; give each class once",
                    nameof(classes));
        }
        long[] rows = [.. Enumerable.Range(0, set.Count).Where(i => labels.ContainsKey(set.Labels[i])).Select(
            i => (long)i)];
        if (rows.Length == 0)
            throw new ArgumentException(
                $"{set.Name} has no image of the classes {string.Join(", ", classes)}; give classes that occur",
                nameof(classes));
        using var picked = tensor(rows);
        return new ImageSet(name ?? set.Name, set.Images.index_select(0, picked),
            [.. rows.Select(row => labels[set.Labels[(int)row]])], [.. classes.Select(one => set.ClassNames[one])]);
    }
}
