using TorchSharp;
using W2S.Models;
using static TorchSharp.torch;

namespace W2S.Data.Sources;

/// <summary>Two sets of the same classes as one, the first one's images first: for a split of one's own.</summary>
/// <param name="First">A set.</param>
/// <param name="Second">Another of the same classes and image size.</param>
public sealed record JoinedSource(DataSource First, DataSource Second) : DataSource
{
    /// <inheritdoc/>
    /// <value>The first one's.</value>
    public override string Title => First.Title;

    /// <inheritdoc/>
    public override Normalization Normalization => First.Normalization;

    /// <inheritdoc/>
    public override IReadOnlyList<int>? ClassGroups => First.ClassGroups;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">They are of other classes or of another image size.</exception>
    public override ImageSet Read()
    {
        using var first = First.Read();
        using var second = Second.Read();
        if (!first.ClassNames.SequenceEqual(second.ClassNames)
            || (first.Height, first.Width) != (second.Height, second.Width))
            throw new ArgumentException(
                $"{First.Title} has {first.Classes} classes of {first.Height}×{first.Width} pixels and {Second.Title} "
                + $"{second.Classes} of {second.Height}×{second.Width}, or others; give sets of the same classes and "
                + "size");
        return new ImageSet(first.Name, cat([first.Images, second.Images]), [.. first.Labels, .. second.Labels],
            first.ClassNames);
    }
}
