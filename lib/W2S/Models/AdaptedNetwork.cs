using TorchSharp;
using W2S.Models.Blocks;
using static TorchSharp.torch;

namespace W2S.Models;

/// <summary>A network that sees its images at a size of its own, or whose features are those of one of its
/// stages.</summary>
/// <remarks>So that two networks look at the same images, each at the size that it was made for: see
/// <see cref="NetworkSource.At"/>.</remarks>
/// <param name="Network">The network.</param>
/// <param name="Size">Pixels of each side, to which images are resized (bilinear, pixel centres at ½); null for the
/// size that they have.</param>
/// <param name="Stage">The stage whose feature map, averaged over its places, is the feature: 0 for the stem, 1 for the
/// first; null for the pooled feature before the head.</param>
internal sealed record AdaptedNetwork(NetworkSource Network, int? Size, int? Stage) : NetworkSource
{
    public override string Title => Network.Title + (Size is { } size ? $" at {size}×{size}" : "")
        + (Stage is { } stage ? $", stage {stage}" : "");

    public override string? Seen => Network.Seen;

    internal override IEnumerable<Type> Code => Network.Code;

    // Its own seed comes from the generator, which stands at this one's.
    protected override ImageModel Make(int classes)
    {
        using var seed = randint(int.MaxValue, 1L, ScalarType.Int64);
        return new AdaptedModel(Network.Create(classes, seed.item<long>()), Size, Stage);
    }
}

/// <summary>The network itself.</summary>
internal sealed class AdaptedModel : ImageModel
{
    private readonly ImageModel network;
    private readonly int? size, stage;

    public AdaptedModel(ImageModel network, int? size, int? stage) : base(network.ModelName)
    {
        (this.network, this.size, this.stage, Normalization) = (network, size, stage, network.Normalization);
        RegisterComponents();
        FeatureCount = stage is null ? network.FeatureCount : CountFeatures();
    }

    /// <summary>Whether it reads feature maps on the way, which a pass with folded norms may overwrite.</summary>
    public bool ReadsMaps => stage is not null;

    public override int Classes => network.Classes;

    public override int FeatureCount { get; }

    public override string HeadKey => stage is null && network.HeadKey.Length > 0 ? $"network.{network.HeadKey}" : "";

    public override bool TakesChannelsLast => network.TakesChannelsLast;

    public override void ReplaceHead(int classes) => network.ReplaceHead(classes);

    protected override ModelOutput Run(Tensor images)
    {
        if (size is { } side && (images.shape[2] != side || images.shape[3] != side))
            images = nn.functional.interpolate(images, size: [side, side], mode: InterpolationMode.Bilinear,
                align_corners: false);
        if (stage is not { } wanted) return network.ForwardFeatures(images);
        var output = network.ForwardFeatures(images);
        var map = output.Stages[wanted];
        return output with { Pooled = map.dim() == 4 ? map.mean([2L, 3]) : map.mean([1L]), Stages = [] };
    }

    // By a black image: only the network knows.
    private int CountFeatures()
    {
        using var scope = NewDisposeScope();
        using var folded = new FoldedNorms();
        var trained = network.training;
        network.eval();
        var black = zeros(1, 3, size ?? 64, size ?? 64);
        var stages = folded.Run(() => network.ForwardFeatures(black)).Stages;
        network.train(trained);
        if (stage < 0 || stage >= stages.Count)
            throw new ArgumentOutOfRangeException(nameof(stage), stage, $"{ModelName} has no stage {stage}" + (
                stages.Count == 0 ? ", and none at all; leave it out" : $"; give 0 (the stem) to {stages.Count - 1}"));
        return (int)stages[stage!.Value].shape[stages[stage.Value].dim() == 4 ? 1 : 2];
    }
}
