using W2S.Torch;

namespace W2S.Data.Noise;

/// <summary>Seeded noise on labels, by the definitions of the literature.</summary>
/// <remarks>In each of them exactly a share of the positions is chosen at random, rounded to a whole number, rather
/// than each position by a coin of its own.</remarks>
internal static class LabelNoise
{
    /// <summary>Replaces a share of the labels by uniformly drawn ones.</summary>
    /// <param name="labels">Clean labels.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="rate">Share of the positions to draw for, 0 … 1.</param>
    /// <param name="seed">The same seed gives the same noise on every machine.</param>
    /// <param name="toOthers">Whether only the other classes are drawn from, so that every chosen label changes. Else
    /// the true class is among them, and of C classes rate·(C − 1)/C of the labels change on average.</param>
    /// <returns>The noisy labels.</returns>
    /// <exception cref="ArgumentException">The rate is outside 0 … 1, a label outside the classes, or there is one
    /// class only.</exception>
    public static long[] Symmetric(
        IReadOnlyList<long> labels, int classes, double rate, long seed, bool toOthers = false)
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
            var drawn = random.Next(toOthers ? classes - 1 : classes);
            noisy[position] = toOthers && drawn >= labels[position] ? drawn + 1 : drawn;
        }
        return noisy;
    }

    /// <summary>Sends a share of each class's labels to the next class of its group, the last to the first: exactly
    /// that share of each class, whatever its size.</summary>
    /// <param name="labels">Clean labels.</param>
    /// <param name="groups">The group of each class. One that is alone in its group stays clean.</param>
    /// <param name="rate">Share of the positions of each class, 0 … 1.</param>
    /// <param name="seed">The same seed gives the same noise on every machine.</param>
    /// <returns>The noisy labels.</returns>
    /// <exception cref="ArgumentException">The rate is outside 0 … 1, or a label outside the classes.</exception>
    public static long[] Asymmetric(IReadOnlyList<long> labels, IReadOnlyList<int> groups, double rate, long seed)
    {
        Check(labels, groups.Count, rate);
        int[] next = [.. Enumerable.Range(0, groups.Count).Select(own => Enumerable.Range(own + 1, groups.Count)
            .Select(other => other % groups.Count).First(other => groups[other] == groups[own]))];
        var due = labels.CountBy(label => label).ToDictionary(own => own.Key, own => Share(rate, own.Value));
        var noisy = labels.ToArray();
        foreach (var position in RandomSplit.Permutation(labels.Count, seed))
        {
            var label = labels[position];
            if (due[label]-- > 0) noisy[position] = next[label];
        }
        return noisy;
    }

    private static int Share(double rate, int count) => (int)Math.Round(rate * count, MidpointRounding.AwayFromZero);

    private static void Check(IReadOnlyList<long> labels, int classes, double rate)
    {
        if (!(rate >= 0 && rate <= 1))
            throw new ArgumentOutOfRangeException(nameof(rate), rate,
                FormattableString.Invariant($"rate {rate} is outside 0 to 1; give the share of labels to draw for"));
        Checks.Labels(labels, classes);
    }
}
