using W2S.Torch;

namespace W2S.Data.Noise;

/// <summary>Among which classes symmetric noise draws.</summary>
public enum SymmetricNoise
{
    /// <summary>All classes, the true one included: of C classes, rate·(C − 1)/C of the labels change on
    /// average.</summary>
    OverAllClasses,

    /// <summary>The other classes: every chosen label changes.</summary>
    OverOtherClasses,
}

/// <summary>Labels after noise.</summary>
/// <param name="Labels">One for each image.</param>
/// <param name="RealisedRate">The share of labels that differ from the clean ones, 0 … 1.</param>
public sealed record NoisyLabels(IReadOnlyList<long> Labels, double RealisedRate);

/// <summary>Seeded noise on labels, by the definitions of the literature.</summary>
/// <remarks>In each of them exactly a share of the positions is chosen at random, rounded to a whole number, rather
/// than each position by a coin of its own.</remarks>
public static class LabelNoise
{
    /// <summary>
    /// The asymmetric map for CIFAR-10 (Patrini et al., CVPR 2017): truck → automobile, bird → airplane, deer → horse,
    /// cat ↔ dog.
    /// </summary>
    public static IReadOnlyList<int> Cifar10Map { get; } = [0, 1, 0, 5, 7, 3, 6, 7, 8, 1];

    /// <summary>The asymmetric map for CIFAR-100: each class to the next of its super-class, the last to the
    /// first.</summary>
    public static IReadOnlyList<int> Cifar100Map { get; } = NextInGroup(Cifar100.SuperClasses);

    /// <summary>Replaces a share of the labels by uniformly drawn ones.</summary>
    /// <param name="labels">Clean labels.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="rate">Share of the positions to draw for, 0 … 1.</param>
    /// <param name="seed">The same seed gives the same noise on every machine.</param>
    /// <param name="kind">Among which classes.</param>
    /// <returns>The noisy labels.</returns>
    /// <exception cref="ArgumentException">The rate is outside 0 … 1, a label outside the classes, or there is one
    /// class only.</exception>
    public static NoisyLabels Symmetric(
        IReadOnlyList<long> labels, int classes, double rate, long seed,
        SymmetricNoise kind = SymmetricNoise.OverAllClasses)
    {
        Check(labels, classes, rate);
        if (classes < 2)
            throw new ArgumentException($"{classes} class leaves no other label to draw; give two or more",
                nameof(classes));
        var noisy = labels.ToArray();
        var random = new SeededRandom(Seeds.Derive(seed, "labels"));
        foreach (var position in RandomSplit.Permutation(noisy.Length, Seeds.Derive(seed, "positions")).Take(
            Share(rate, noisy.Length)))
        {
            if (kind == SymmetricNoise.OverAllClasses)
            {
                noisy[position] = random.Next(classes);
                continue;
            }
            var other = random.Next(classes - 1);
            noisy[position] = other < labels[position] ? other : other + 1;
        }
        return Result(labels, noisy);
    }

    /// <summary>Sends a share of each class's labels to one similar class.</summary>
    /// <param name="labels">Clean labels.</param>
    /// <param name="map">
    /// For each class where its wrong labels go, itself where it stays clean: <see cref="Cifar10Map"/>,
    /// <see cref="Cifar100Map"/>
    /// or your own.
    /// </param>
    /// <param name="rate">Share of the positions of each class, 0 … 1. The realised rate is lower where classes stay
    /// clean.</param>
    /// <param name="seed">The same seed gives the same noise on every machine.</param>
    /// <returns>The noisy labels.</returns>
    /// <exception cref="ArgumentException">The rate is outside 0 … 1, or a label or a target outside the
    /// map.</exception>
    public static NoisyLabels Asymmetric(IReadOnlyList<long> labels, IReadOnlyList<int> map, double rate, long seed)
    {
        ArgumentNullException.ThrowIfNull(map);
        Check(labels, map.Count, rate);
        Checks.Labels([.. map.Select(target => (long)target)], map.Count, nameof(map));
        var noisy = labels.ToArray();
        var (chosen, _) = RandomSplit.Stratified(labels, rate, seed);
        foreach (var position in chosen)
        {
            noisy[position] = map[(int)labels[position]];
        }
        return Result(labels, noisy);
    }

    /// <summary>A map for <see cref="Asymmetric"/> that goes round within groups of classes.</summary>
    /// <param name="groups">The group of each class.</param>
    /// <returns>For each class the next of its group, for the last the first.</returns>
    public static int[] NextInGroup(IReadOnlyList<int> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var map = new int[groups.Count];
        foreach (var group in Enumerable.Range(0, groups.Count).GroupBy(k => groups[k]))
        {
            var members = group.ToArray();
            for (var k = 0; k < members.Length; k++)
            {
                map[members[k]] = members[(k + 1) % members.Length];
            }
        }
        return map;
    }

    internal static NoisyLabels Result(IReadOnlyList<long> clean, long[] noisy)
    {
        var changed = 0;
        for (var i = 0; i < noisy.Length; i++)
        {
            if (noisy[i] != clean[i]) changed++;
        }
        return new NoisyLabels(noisy, noisy.Length == 0 ? 0 : (double)changed / noisy.Length);
    }

    internal static int Share(double rate, int count) => (int)Math.Round(rate * count, MidpointRounding.AwayFromZero);

    internal static void Check(IReadOnlyList<long> labels, int classes, double rate)
    {
        if (!(rate >= 0 && rate <= 1))
            throw new ArgumentOutOfRangeException(nameof(rate), rate,
                FormattableString.Invariant($"rate {rate} is outside 0 to 1; give the share of labels to draw for"));
        Checks.Labels(labels, classes);
    }
}
