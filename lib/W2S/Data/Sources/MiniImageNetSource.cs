using W2S.Models;

namespace W2S.Data.Sources;

/// <summary>The classes of one part of miniImageNet, from the data folder.</summary>
/// <param name="Part">Which classes.</param>
/// <param name="Size">Pixels of each side.</param>
/// <param name="PerClass">At most so many images of each class, the first by name; all where null.</param>
public sealed record MiniImageNetSource(ClassPart Part, int Size, int? PerClass = null) : DataSource
{
    /// <inheritdoc/>
    public override string Title => $"miniImageNet at {Size} pixels";

    /// <inheritdoc/>
    public override Normalization Normalization => Normalization.ImageNet;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The set is damaged.</exception>
    public override ImageSet Read() =>
        MiniImageNet.Read(DataFolder.Require(MiniImageNet.Folder), Part, Size, PerClass);
}
