using TorchSharp;
using W2S.Models;
using static TorchSharp.torch;

namespace W2S.Tests.Training;

/// <summary>A network without weights: its features are two colours of the first pixel, whole numbers.</summary>
internal sealed class PixelModel(int first, int second) : ImageModel("pixels")
{
    public override int Classes => 2;

    public override int FeatureCount => 2;

    protected override ModelOutput Run(Tensor images)
    {
        var features =
            stack([images.select(1, first).select(1, 0).select(1, 0),
                images.select(1, second).select(1, 0).select(1, 0)], 1).round();
        return new ModelOutput(features.clone(), features, []);
    }
}
