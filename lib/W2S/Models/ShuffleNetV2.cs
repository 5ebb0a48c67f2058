using TorchSharp;
using TorchSharp.Modules;
using W2S.Models.Blocks;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>ShuffleNet V2 of width 1, for 32×32 images.</summary>
/// <remarks>
/// Ma, Zhang, Zheng, Sun: "ShuffleNet V2", ECCV 2018, in mdistiller's form: a 1×1 stem of 24 channels, stages of 116,
/// 232 and 464 channels (one halving unit, then 3, 7 and 3), 1,024 channels before the mean. Keys: conv1, bn1,
/// layer1–3, conv2, bn2, linear. Weights start as PyTorch leaves them, as there.
/// </remarks>
internal sealed class ShuffleNetV2 : HeadedModel, ICatalogued<ModelEntry>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Chain[] layers;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;

    /// <param name="classes">How many classes.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class.</exception>
    public ShuffleNetV2(int classes) : base("shufflenet-v2")
    {
        (conv1, bn1) = (Layers.PlainConv(3, 24, 1), Layers.Norm(24));
        layers = Layers.Stages(24, [4, 8, 4], stage => 116 << stage, (inputs, outputs, _) =>
            inputs == outputs ? new Unit(outputs / 2) : new HalvingUnit(inputs, outputs / 2));
        Layers.Register(this, layers);
        (conv2, bn2) = (Layers.PlainConv(464, 1024, 1), Layers.Norm(1024));
        RegisterComponents();
        SetHead("linear", 1024, classes);
    }

    /// <inheritdoc/>
    protected override Tensor Encode(Tensor images, List<Tensor>? stages)
    {
        var x = Keep(Layers.Convolve(conv1, bn1, images, relu: true), stages);
        x = Layers.Through(layers, x, stages);
        return Layers.GlobalMean(Layers.Convolve(conv2, bn2, x, relu: true));
    }

    /// <summary>Half of the channels pass; the other half goes through 1×1, depthwise 3×3 and 1×1
    /// convolution.</summary>
    private sealed class Unit(int half) : ConvolutionBlock(Layers.PlainConv(half, half, 1),
        Layers.PlainConv(half, half, 3, groups: half), Layers.PlainConv(half, half, 1))
    {
        protected override Tensor Run(Tensor x)
        {
            var y = Convolve(1, x.narrow(1, half, half), relu: true);
            y = Convolve(3, Convolve(2, y), relu: true);
            return Shuffle.Channels(cat([x.narrow(1, 0, half), y], 1), 2);
        }
    }

    /// <summary>Both halves of the output come from the whole input, at half the size.</summary>
    private sealed class HalvingUnit(int inputs, int half) : ConvolutionBlock(
        Layers.PlainConv(inputs, inputs, 3, 2, groups: inputs), Layers.PlainConv(inputs, half, 1),
        Layers.PlainConv(inputs, half, 1), Layers.PlainConv(half, half, 3, 2, groups: half),
        Layers.PlainConv(half, half, 1))
    {
        protected override Tensor Run(Tensor x)
        {
            var left = Convolve(2, Convolve(1, x), relu: true);
            var right = Convolve(5, Convolve(4, Convolve(3, x, relu: true)), relu: true);
            return Shuffle.Channels(cat([left, right], 1), 2);
        }
    }

    static IReadOnlyList<ModelEntry> ICatalogued<ModelEntry>.Entries =>
    [
        new("shufflenet-v2", "ShuffleNet", 32, 100, 1_355_528, ModelEntry.Mdistiller + "ShuffleNetv2.py ShuffleV2",
            classes => new ShuffleNetV2(classes)),
    ];
}
