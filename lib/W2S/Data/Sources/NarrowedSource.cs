using TorchSharp;
using W2S.Data.Corruptions;
using W2S.Models;
using static TorchSharp.torch;

namespace W2S.Data.Sources;

/// <summary>A set that is made of another one.</summary>
/// <param name="Source">The other one.</param>
internal abstract record NarrowedSource(DataSource Source) : DataSource
{
    /// <inheritdoc/>
    public override Normalization Normalization => Source.Normalization;

    /// <inheritdoc/>
    public override IReadOnlyList<int>? ClassGroups => Source.ClassGroups;

    /// <inheritdoc/>
    public override DataSource? LabelledByPeople =>
        Source.LabelledByPeople is { } people ? this with { Source = people } : null;

    /// <inheritdoc/>
    public sealed override ImageSet Read()
    {
        using var set = Source.Read();
        return Of(set);
    }

    /// <summary>The images made of those of the other set.</summary>
    /// <param name="set">The other set; the caller disposes it.</param>
    protected abstract ImageSet Of(ImageSet set);
}

internal sealed record ClassesSource(DataSource Source, IReadOnlyList<int> Classes) : NarrowedSource(Source)
{
    public override string Title => Classes.SequenceEqual(Enumerable.Range(0, Classes.Count))
        ? $"{Source.Title}, first {Classes.Count} classes"
        : $"{Source.Title}, {Classes.Count} classes with {string.Join(" and ", Classes.Take(2))}";

    public override IReadOnlyList<int>? ClassGroups =>
        Source.ClassGroups is { } groups ? [.. Classes.Select(one => groups[one])] : null;

    // A list is compared by its contents.
    public bool Equals(ClassesSource? other) => other is not null && Source == other.Source
        && Classes.SequenceEqual(other.Classes);

    public override int GetHashCode() => HashCode.Combine(Source, Classes.Count);

    protected override ImageSet Of(ImageSet set) => set.OfClasses(Classes);
}

internal sealed record ResizedSource(DataSource Source, int Size) : NarrowedSource(Source)
{
    private const int ImagesATime = 1_000;

    public override string Title => $"{Source.Title}, {Size}×{Size}";

    protected override ImageSet Of(ImageSet set)
    {
        if (Size < 1 || Size > Math.Min(set.Height, set.Width))
            throw new ArgumentException(
                $"size {Size} of images of {set.Height}×{set.Width} pixels; "
                + $"give 1 to {Math.Min(set.Height, set.Width)}");
        using var scope = NewDisposeScope();
        var images = empty(set.Count, 3, Size, Size, ScalarType.Byte);
        for (var start = 0; start < set.Count; start += ImagesATime)
        {
            using var batch = NewDisposeScope();
            var some = set.Images.narrow(0, start, Math.Min(ImagesATime, set.Count - start));
            images.narrow(0, start, some.shape[0]).copy_(
                nn.functional.adaptive_avg_pool2d(some.to_type(ScalarType.Float32), Size).round_());
        }
        return new ImageSet(set.Name, images, set.Labels, set.ClassNames);
    }
}

internal sealed record SampleSource(DataSource Source, int Count, long Seed) : NarrowedSource(Source)
{
    public override string Title => FormattableString.Invariant($"{Source.Title}, {Count:N0} images");

    protected override ImageSet Of(ImageSet set) => Count > 0 && Count <= set.Count
        ? set.Subset(RandomSplit.Permutation(set.Count, Seed)[..Count])
        : throw new ArgumentException($"{Count} images of {set.Count} in {Source.Title}; give 1 to {set.Count}");
}

internal sealed record FirstOfEachClassSource(DataSource Source, int Count) : NarrowedSource(Source)
{
    public override string Title => Source.Title;

    protected override ImageSet Of(ImageSet set) => Count > 0
        ? set.Subset([.. Enumerable.Range(0, set.Count).GroupBy(at => set.Labels[at]).SelectMany(
            own => own.Take(Count))])
        : throw new ArgumentException($"{Count} images of each class of {Source.Title}; give at least one");
}

internal sealed record CorruptedSource(DataSource Source, Corruption Corruption, long Seed) : NarrowedSource(Source)
{
    public override string Title =>
        FormattableString.Invariant($"{Source.Title}, {Corruption.Name} {Corruption.Severity}");

    protected override ImageSet Of(ImageSet set) => Corruption.Of(set, Seed);
}
