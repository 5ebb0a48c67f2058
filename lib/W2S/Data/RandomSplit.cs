using W2S.Torch;

namespace W2S.Data;

/// <summary>Seeded choices of positions in a set: permutations, disjoint parts, equal numbers of each class.</summary>
public static class RandomSplit
{
    /// <summary>All positions in random order.</summary>
    /// <param name="count">The number of positions.</param>
    /// <param name="seed">The same seed gives the same order on every machine.</param>
    /// <returns>Each of 0 … count − 1 once.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public static int[] Permutation(int count, long seed)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        new SeededRandom(seed).Shuffle<int>(order);
        return order;
    }

    /// <summary>Disjoint random parts of a set, for instance one to train the teacher, one for the student, one to
    /// judge by.</summary>
    /// <param name="count">Size of the set.</param>
    /// <param name="seed">The same seed gives the same parts on every machine.</param>
    /// <param name="sizes">Size of each part; together at most <paramref name="count"/>.</param>
    /// <returns>The positions of each part, in random order.</returns>
    /// <exception cref="ArgumentException">The parts are larger than the set, or one is negative.</exception>
    public static int[][] Parts(int count, long seed, params ReadOnlySpan<int> sizes)
    {
        long total = 0;
        foreach (var size in sizes)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(sizes));
            total += size;
        }
        if (total > count)
        {
            throw new ArgumentException(
                $"parts of together {total} do not fit into a set of {count}; make them smaller", nameof(sizes));
        }
        var order = Permutation(count, seed);
        var parts = new int[sizes.Length][];
        for (int part = 0, start = 0; part < parts.Length; start += sizes[part++])
        {
            parts[part] = order[start..(start + sizes[part])];
        }
        return parts;
    }

    /// <summary>The same number of positions of every class that occurs.</summary>
    /// <param name="labels">Class of each position.</param>
    /// <param name="perClass">How many of each class.</param>
    /// <param name="seed">The same seed gives the same choice on every machine.</param>
    /// <returns>Positions in random order. A larger <paramref name="perClass"/> with the same seed keeps the smaller
    /// choice.</returns>
    /// <exception cref="ArgumentException">A class has fewer, or a label is negative.</exception>
    public static int[] PerClass(IReadOnlyList<long> labels, int perClass, long seed)
    {
        Checks.Labels(labels, classes: null);
        ArgumentOutOfRangeException.ThrowIfNegative(perClass);
        var order = Permutation(labels.Count, seed);
        var classes = order.GroupBy(position => labels[position]).OrderBy(own => own.Key).ToArray();
        if (classes.FirstOrDefault(own => own.Count() < perClass) is { } small)
            throw new ArgumentException(
                $"class {small.Key} has {small.Count()} images where {perClass} of each class are asked for; ask for "
                + "fewer", nameof(perClass));
        var chosen = classes.SelectMany(own => own.Take(perClass)).ToHashSet();
        return [.. order.Where(chosen.Contains)];
    }
}
