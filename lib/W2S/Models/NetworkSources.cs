namespace W2S.Models;

/// <summary>Networks made of others.</summary>
public static class NetworkSources
{
    /// <summary>The same network, looking at its images at another size, or read out at one of its stages.</summary>
    /// <param name="network">The network.</param>
    /// <param name="size">Pixels of each side, to which images are resized (bilinear, pixel centres at ½); null for the
    /// size that they have.</param>
    /// <param name="stage">The stage whose feature map, averaged over its places, is the feature: 0 for the stem, 1 for
    /// the first; null for the pooled feature before the head.</param>
    /// <returns>The description; making it fails where the network has no such stage.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive.</exception>
    public static NetworkSource At(this NetworkSource network, int? size = null, int? stage = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (size < 1)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"size {size} is not positive; give 1 or more");
        return new AdaptedNetwork(network, size, stage);
    }
}
