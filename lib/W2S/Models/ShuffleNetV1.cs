using TorchSharp;
using TorchSharp.Modules;
using W2S.Models.Blocks;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>ShuffleNet with three groups, for 32×32 images.</summary>
/// <remarks>
/// Zhang, Zhou, Lin, Sun: "ShuffleNet", CVPR 2018, in mdistiller's form: a 1×1 stem of 24 channels, stages of 240, 480
/// and 960 channels with 4, 8 and 4 units. Keys: conv1, bn1, layer1–3, linear. Weights start as PyTorch leaves them, as
/// there.
/// </remarks>
internal sealed class ShuffleNetV1 : HeadedModel, ICatalogued<ModelEntry>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Chain[] layers;

    /// <param name="classes">How many classes.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class.</exception>
    public ShuffleNetV1(int classes) : base("shufflenet-v1")
    {
        conv1 = Layers.PlainConv(3, 24, 1);
        bn1 = Layers.Norm(24);
        // The first unit halves the image and appends the pooled input to its output.
        layers = Layers.Stages(24, [4, 8, 4], stage => 240 << stage, (inputs, outputs, _) => inputs == outputs
            ? new Unit(inputs, outputs, halves: false, firstGroups: 3)
            : new Unit(inputs, outputs - inputs, halves: true, firstGroups: inputs == 24 ? 1 : 3));
        Layers.Register(this, layers);
        RegisterComponents();
        SetHead("linear", 960, classes);
    }

    /// <inheritdoc/>
    protected override Tensor Encode(Tensor images, List<Tensor>? stages)
    {
        var x = Keep(Layers.Convolve(conv1, bn1, images, relu: true), stages);
        return Layers.GlobalMean(Layers.Through(layers, x, stages));
    }

    private sealed class Unit(int inputs, int outputs, bool halves, int firstGroups) : ConvolutionBlock(
        Layers.PlainConv(inputs, outputs / 4, 1, groups: firstGroups),
        Layers.PlainConv(outputs / 4, outputs / 4, 3, halves ? 2 : 1, groups: outputs / 4),
        Layers.PlainConv(outputs / 4, outputs, 1, groups: 3))
    {
        protected override Tensor Run(Tensor x)
        {
            var y = Shuffle.Channels(Convolve(1, x, relu: true), firstGroups);
            y = Convolve(2, y, relu: true);
            return halves ? cat([Convolve(3, y), functional.avg_pool2d(x, 3, 2, 1)], 1).relu_()
                : Convolve(3, y, x, relu: true);
        }
    }

    static IReadOnlyList<ModelEntry> ICatalogued<ModelEntry>.Entries =>
    [
        new("shufflenet-v1", "ShuffleNet", 32, 100, 949_258, ModelEntry.Mdistiller + "ShuffleNetv1.py ShuffleV1",
            classes => new ShuffleNetV1(classes)),
    ];
}
