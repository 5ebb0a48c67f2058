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
public sealed class ShuffleNetV2 : HeadedModel, ICatalogued<ModelEntry>
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
        layers = new Chain[3];
        var inputs = 24;
        for (var stage = 0; stage < 3; stage++)
        {
            var outputs = 116 << stage;
            layers[stage] =
                new Chain([new HalvingUnit(inputs, outputs),
                    .. Enumerable.Range(0, stage == 1 ? 7 : 3).Select(_ => new Unit(outputs))]);
            register_module($"layer{stage + 1}", layers[stage]);
            inputs = outputs;
        }
        (conv2, bn2) = (Layers.PlainConv(inputs, 1024, 1), Layers.Norm(1024));
        RegisterComponents();
        SetHead("linear", 1024, classes);
    }

    /// <inheritdoc/>
    protected override Tensor Encode(Tensor images, List<Tensor>? stages)
    {
        var x = Keep(Layers.Convolve(conv1, bn1, images, relu: true), stages);
        foreach (var layer in layers)
            x = Keep(layer.call(x), stages);
        return Layers.GlobalMean(Layers.Convolve(conv2, bn2, x, relu: true));
    }

    /// <summary>Half of the channels pass; the other half goes through 1×1, depthwise 3×3 and 1×1
    /// convolution.</summary>
    private sealed class Unit : Block
    {
        private readonly Conv2d conv1;
        private readonly BatchNorm2d bn1;
        private readonly Conv2d conv2;
        private readonly BatchNorm2d bn2;
        private readonly Conv2d conv3;
        private readonly BatchNorm2d bn3;
        private readonly int half;

        public Unit(int channels) : base(nameof(Unit))
        {
            half = channels / 2;
            (conv1, bn1) = (Layers.PlainConv(half, half, 1), Layers.Norm(half));
            (conv2, bn2) = (Layers.PlainConv(half, half, 3, groups: half), Layers.Norm(half));
            (conv3, bn3) = (Layers.PlainConv(half, half, 1), Layers.Norm(half));
            RegisterComponents();
        }

        protected override Tensor Run(Tensor x)
        {
            var y = Layers.Convolve(conv1, bn1, x.narrow(1, half, half), relu: true);
            y = Layers.Convolve(conv2, bn2, y);
            y = Layers.Convolve(conv3, bn3, y, relu: true);
            return Shuffle.Channels(cat([x.narrow(1, 0, half), y], 1), 2);
        }
    }

    /// <summary>Both halves of the output come from the whole input, at half the size.</summary>
    private sealed class HalvingUnit : Block
    {
        private readonly Conv2d conv1;
        private readonly BatchNorm2d bn1;
        private readonly Conv2d conv2;
        private readonly BatchNorm2d bn2;
        private readonly Conv2d conv3;
        private readonly BatchNorm2d bn3;
        private readonly Conv2d conv4;
        private readonly BatchNorm2d bn4;
        private readonly Conv2d conv5;
        private readonly BatchNorm2d bn5;

        public HalvingUnit(int inputs, int outputs) : base(nameof(HalvingUnit))
        {
            var half = outputs / 2;
            (conv1, bn1) = (Layers.PlainConv(inputs, inputs, 3, 2, groups: inputs), Layers.Norm(inputs));
            (conv2, bn2) = (Layers.PlainConv(inputs, half, 1), Layers.Norm(half));
            (conv3, bn3) = (Layers.PlainConv(inputs, half, 1), Layers.Norm(half));
            (conv4, bn4) = (Layers.PlainConv(half, half, 3, 2, groups: half), Layers.Norm(half));
            (conv5, bn5) = (Layers.PlainConv(half, half, 1), Layers.Norm(half));
            RegisterComponents();
        }

        protected override Tensor Run(Tensor x)
        {
            var left = Layers.Convolve(conv2, bn2, Layers.Convolve(conv1, bn1, x), relu: true);
            var right = Layers.Convolve(conv4, bn4, Layers.Convolve(conv3, bn3, x, relu: true));
            right = Layers.Convolve(conv5, bn5, right, relu: true);
            return Shuffle.Channels(cat([left, right], 1), 2);
        }
    }

    static IReadOnlyList<ModelEntry> ICatalogued<ModelEntry>.Entries =>
    [
        new("shufflenet-v2", "ShuffleNet", 32, 100, 1_355_528, ModelEntry.Mdistiller + "ShuffleNetv2.py ShuffleV2",
            classes => new ShuffleNetV2(classes)),
    ];
}
