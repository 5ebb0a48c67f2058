namespace W2S.Torch;

/// <summary>Splits one run seed by name, so that no use of chance disturbs another.</summary>
public static class Seeds
{
    /// <summary>Of the networks' first weights.</summary>
    public const string Initialisation = "initialisation";

    /// <summary>Of the order of the images in an epoch.</summary>
    public const string Shuffling = "shuffling";

    /// <summary>Of random views of an image.</summary>
    public const string Augmentation = "augmentation";

    /// <summary>Of label noise.</summary>
    public const string Noise = "noise";

    /// <summary>Of dropout and drop path.</summary>
    public const string Dropout = "dropout";

    /// <summary>A seed for one use of chance.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="name">What the seed is for; one of the constants here or any other text.</param>
    /// <returns>The same number for the same seed and name on every machine; otherwise unrelated numbers.</returns>
    /// <remarks>FNV-1a over the name's UTF-16 code units, joined to the seed by SplitMix64's finaliser.</remarks>
    public static long Derive(long seed, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var hash = 0xcbf29ce484222325UL;
        foreach (var unit in name)
        {
            hash = (hash ^ unit) * 0x100000001b3UL;
        }
        return (long)Mix(Mix((ulong)seed) ^ hash);
    }

    /// <summary>A seed for one place in a sequence, for instance an epoch.</summary>
    /// <param name="seed">A seed.</param>
    /// <param name="index">The place.</param>
    /// <returns>The same number for the same seed and place on every machine; otherwise unrelated numbers.</returns>
    public static long Derive(long seed, long index) => (long)Mix(Mix((ulong)seed) + (ulong)index);

    // SplitMix64 (Steele, Lea and Flood 2014): a step by the golden ratio, then the finaliser by Stafford.
    internal static ulong Mix(ulong value)
    {
        var z = value + 0x9e3779b97f4a7c15UL;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
        return z ^ (z >> 31);
    }
}
