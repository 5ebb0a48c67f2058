using W2S.Models;

namespace W2S.Experiments.FewShot;

/// <summary>A network of few-shot learning by its form.</summary>
/// <param name="Depth">4 for Conv4; 12, 18 or 36 for the residual networks.</param>
/// <param name="Width">Channels of the first stage; 64 in the papers, 16 for a CPU.</param>
public sealed record FewShotNetwork(int Depth, int Width = 64)
{
    /// <summary>The name, for instance <c>ResNet-12 (16 channels)</c>.</summary>
    public string Title => $"{(Depth == 4 ? "Conv4" : $"ResNet-{Depth}")}{(Width == 64 ? "" : $" ({Width} channels)")}";

    /// <summary>Makes the network.</summary>
    /// <param name="classes">Classes of its head.</param>
    /// <param name="side">Pixels of an image's side.</param>
    /// <param name="seed">Seed of its first weights.</param>
    /// <returns>The network; libtorch's generator is as before.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A depth that is none of 4, 12, 18 and 36, or no width.</exception>
    public ImageModel Create(int classes, int side, long seed) =>
        FirstWeights.Of<ImageModel>(seed,
            () => Depth == 4 ? new Conv4(classes, Width, side) : new FewShotResNet(Depth, classes, Width));
}
