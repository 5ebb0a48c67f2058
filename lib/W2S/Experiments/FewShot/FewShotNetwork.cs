using W2S.Models;

namespace W2S.Experiments.FewShot;

/// <summary>A network of few-shot learning by its form.</summary>
/// <param name="Depth">4 for Conv4; 12, 18 or 36 for the residual networks.</param>
/// <param name="Width">Channels of the first stage; 64 in the papers, 16 for a CPU.</param>
internal sealed record FewShotNetwork(int Depth, int Width = 64) : NetworkSource
{
    /// <summary>Pixels of an image's side, by which Conv4 has more or fewer features.</summary>
    /// <value>32.</value>
    public int Side { get; init; } = 32;

    /// <summary>What turns bytes into its input.</summary>
    /// <value>ImageNet's.</value>
    public Normalization Normalization { get; init; } = Normalization.ImageNet;

    /// <summary>The name, for instance <c>ResNet-12 (16 channels)</c>.</summary>
    public override string Title =>
        $"{(Depth == 4 ? "Conv4" : $"ResNet-{Depth}")}{(Width == 64 ? "" : $" ({Width} channels)")}";

    internal override IEnumerable<Type> Code => [Depth == 4 ? typeof(Conv4) : typeof(FewShotResNet)];

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A depth that is none of 4, 12, 18 and 36, no width, or images that
    /// are too small for Conv4.</exception>
    protected override ImageModel Make(int classes)
    {
        ImageModel model =
            Depth == 4 ? new Conv4(classes, Width, Side) : new FewShotResNet(Depth, classes, Width);
        model.Normalization = Normalization;
        return model;
    }
}
