namespace W2S.Models;

/// <summary>A network described before it is made: which one, and what it has learned from.</summary>
/// <remarks>
/// It stands in the record of an experiment, so it is a record whose properties decide everything about the network.
/// For a network of one's own, derive a record with a property for everything that matters and a <see cref="Make"/>
/// that returns a <see cref="HeadedModel"/>, or a module by
/// <c>ImageModel.From</c>.
/// </remarks>
public abstract record NetworkSource
{
    /// <summary>What tables and charts call it, for instance <c>resnet20</c>.</summary>
    public abstract string Title { get; }

    /// <summary>The images and labels that it has learned from, in one sentence: no result of a pretrained network may
    /// be read without it.</summary>
    /// <value>Null: it has learned nothing yet.</value>
    public virtual string? Seen => null;

    /// <summary>The types of the library whose revisions count as the network's own.</summary>
    internal virtual IEnumerable<Type> Code => [];

    /// <summary>Makes the network.</summary>
    /// <param name="classes">How many classes its head tells apart.</param>
    /// <param name="seed">Seed of the weights that it has not learned: all of them, or the head's alone.</param>
    /// <returns>The network, owned by the caller; libtorch's generator is as before.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class.</exception>
    /// <exception cref="DirectoryNotFoundException">Its weights are not in the data folder; the message names the
    /// command that fetches them.</exception>
    public ImageModel Create(int classes, long seed)
    {
        if (classes < 1)
            throw new ArgumentOutOfRangeException(nameof(classes), classes, $"{classes} classes; give 1 or more");
        return FirstWeights.Of(seed, () => Make(classes));
    }

    /// <summary>The same network, looking at its images at another size, or read out at one of its stages.</summary>
    /// <param name="size">Pixels of each side, to which images are resized (bilinear, pixel centres at ½); null for the
    /// size that they have.</param>
    /// <param name="stage">The stage whose feature map, averaged over its places, is the feature: 0 for the stem, 1 for
    /// the first; null for the pooled feature before the head.</param>
    /// <returns>The description; making it fails where the network has no such stage.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive.</exception>
    public NetworkSource At(int? size = null, int? stage = null)
    {
        if (size < 1)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"size {size} is not positive; give 1 or more");
        return new AdaptedNetwork(this, size, stage);
    }

    /// <summary>Makes the network, with first weights from libtorch's generator, which stands at the seed.</summary>
    /// <param name="classes">How many classes its head tells apart: 1 or more.</param>
    /// <returns>The network.</returns>
    protected abstract ImageModel Make(int classes);
}

/// <summary>A network of the <see cref="ModelCatalogue"/> that has learned nothing yet.</summary>
/// <param name="Name">Its name there, for instance <c>resnet20</c>.</param>
public sealed record CatalogueNetwork(string Name) : NetworkSource
{
    /// <summary>What turns bytes into its input.</summary>
    /// <value>−1 … 1.</value>
    public Normalization Normalization { get; init; } = Normalization.Centered;

    /// <inheritdoc/>
    public override string Title => Name;

    internal override IEnumerable<Type> Code => [ModelCatalogue.TypeOf(Name)];

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The catalogue has none of that name.</exception>
    protected override ImageModel Make(int classes)
    {
        var model = ModelCatalogue.Create(Name, classes);
        model.Normalization = Normalization;
        return model;
    }
}
