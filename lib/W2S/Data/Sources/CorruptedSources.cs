using W2S.Data.Corruptions;

namespace W2S.Data.Sources;

/// <summary>Sets made of others by a corruption.</summary>
public static class CorruptedSources
{
    /// <summary>The same images, spoilt, under the same labels.</summary>
    /// <param name="source">The images.</param>
    /// <param name="corruption">How, and how much.</param>
    /// <param name="seed">Of the noise.</param>
    /// <returns>The description of the spoilt images; <paramref name="source"/> where the severity is 0.</returns>
    public static DataSource Corrupted(this DataSource source, Corruption corruption, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(corruption);
        return corruption.Severity == 0 ? source : new CorruptedSource(source, corruption, seed);
    }
}

internal sealed record CorruptedSource(DataSource Source, Corruption Corruption, long Seed) : NarrowedSource(Source)
{
    public override string Title =>
        FormattableString.Invariant($"{Source.Title}, {Corruption.Name} {Corruption.Severity}");

    protected override ImageSet Of(ImageSet set) => Corruption.Of(set, Seed);
}
