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
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            order[i] = i;
        }
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
        var found = new SortedDictionary<long, int>();
        var chosen = new List<int>();
        foreach (var position in Permutation(labels.Count, seed))
        {
            var number = found.GetValueOrDefault(labels[position]);
            found[labels[position]] = number + 1;
            if (number < perClass) chosen.Add(position);
        }
        foreach (var (label, number) in found)
        {
            if (number < perClass)
            {
                throw new ArgumentException(
                    $"class {label} has {number} images where {perClass} of each class are asked for; ask for fewer",
                    nameof(perClass));
            }
        }
        return [.. chosen];
    }

    /// <summary>A random part that holds each class in the same proportion as the whole.</summary>
    /// <param name="labels">Class of each position.</param>
    /// <param name="share">The part's share, 0 … 1.</param>
    /// <param name="seed">The same seed gives the same choice on every machine.</param>
    /// <returns>The part and the rest, each in random order; of a class with n positions the part gets share·n,
    /// rounded.</returns>
    /// <exception cref="ArgumentException">A label is negative.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="share"/> is outside 0 … 1.</exception>
    public static (int[] Part, int[] Others) Stratified(IReadOnlyList<long> labels, double share, long seed)
    {
        Checks.Labels(labels, classes: null);
        if (!(share >= 0 && share <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share,
                FormattableString.Invariant($"share {share} is outside 0 to 1; give a fraction"));
        }
        var due = labels.GroupBy(label => label)
            .ToDictionary(group => group.Key,
                group => (int)Math.Round(share * group.Count(), MidpointRounding.AwayFromZero));
        var (part, rest) = (new List<int>(), new List<int>());
        foreach (var position in Permutation(labels.Count, seed))
        {
            var label = labels[position];
            (due[label] > 0 ? part : rest).Add(position);
            due[label]--;
        }
        return ([.. part], [.. rest]);
    }
}
