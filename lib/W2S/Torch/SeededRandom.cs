namespace W2S.Torch;

/// <summary>Random numbers that are the same on every machine and in every version of .NET.</summary>
/// <remarks>SplitMix64 (Steele, Lea and Flood 2014): a counter in steps of the golden ratio behind a mixing function.
/// It costs eight bytes and no set-up, so that each image of each epoch can have its own.</remarks>
/// <param name="seed">Any number.</param>
internal struct SeededRandom(long seed)
{
    private ulong _state = (ulong)seed;

    /// <summary>64 random bits.</summary>
    /// <returns>0 … 2⁶⁴ − 1.</returns>
    public ulong NextBits()
    {
        var bits = Seeds.Mix(_state);
        _state += 0x9e3779b97f4a7c15UL;
        return bits;
    }

    /// <summary>A whole number, each equally likely.</summary>
    /// <param name="limit">1 or more.</param>
    /// <returns>0 … limit − 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is not positive.</exception>
    public int Next(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        // Multiply and shift (Lemire 2019); the few values that would favour some results are drawn again.
        while (true)
        {
            var high = Math.BigMul(NextBits(), (ulong)limit, out var low);
            if (low >= (ulong)limit || low >= (0UL - (ulong)limit) % (ulong)limit) return (int)high;
        }
    }

    /// <summary>A number in [0, 1).</summary>
    /// <returns>A multiple of 2⁻⁵³.</returns>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number in [low, high).</summary>
    /// <param name="low">The least.</param>
    /// <param name="high">The limit.</param>
    /// <returns>low + (high − low)·u, u uniform in [0, 1).</returns>
    public double NextDouble(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>True with the given probability.</summary>
    /// <param name="probability">0 … 1.</param>
    /// <returns>Whether it happened.</returns>
    public bool NextBool(double probability = 0.5) => NextDouble() < probability;

    /// <summary>A number from the standard normal distribution (Box and Muller 1958).</summary>
    /// <returns>Mean 0, standard deviation 1. Its last bits may differ between machines: logarithm and cosine
    /// do.</returns>
    public double NextNormal() =>
        Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>Puts items into random order, each order equally likely (Fisher and Yates).</summary>
    /// <param name="items">The items, reordered in place.</param>
    /// <typeparam name="T">Any type.</typeparam>
    public void Shuffle<T>(Span<T> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = Next(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }
}
