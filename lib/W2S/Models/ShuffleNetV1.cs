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
public sealed class ShuffleNetV1 : HeadedModel, ICatalogued<ModelEntry>
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
        layers = new Chain[3];
        var inputs = 24;
        for (var stage = 0; stage < 3; stage++)
        {
            var outputs = 240 << stage;
            layers[stage] = new Chain(Enumerable.Range(0, stage == 1 ? 8 : 4).Select(unit =>
            {
                var from = unit == 0 ? inputs : outputs;
                // The first unit halves the image and appends the pooled input to its output.
                return (Module<Tensor, Tensor>)new Unit(from, unit == 0 ? outputs - from : outputs, unit == 0,
                    from == 24 ? 1 : 3);
            }));
            register_module($"layer{stage + 1}", layers[stage]);
            inputs = outputs;
        }
        RegisterComponents();
        SetHead("linear", inputs, classes);
    }

    /// <inheritdoc/>
    protected override Tensor Encode(Tensor images, List<Tensor>? stages)
    {
        var x = Keep(Layers.Convolve(conv1, bn1, images, relu: true), stages);
        foreach (var layer in layers)
            x = Keep(layer.call(x), stages);
        return Layers.GlobalMean(x);
    }

    private sealed class Unit : Block
    {
        private readonly Conv2d conv1;
        private readonly BatchNorm2d bn1;
        private readonly Conv2d conv2;
        private readonly BatchNorm2d bn2;
        private readonly Conv2d conv3;
        private readonly BatchNorm2d bn3;
        private readonly bool halves;
        private readonly int groups;

        public Unit(int inputs, int outputs, bool halves, int firstGroups) : base(nameof(Unit))
        {
            (this.halves, groups) = (halves, firstGroups);
            var middle = outputs / 4;
            (conv1, bn1) = (Layers.PlainConv(inputs, middle, 1, groups: firstGroups), Layers.Norm(middle));
            (conv2, bn2) = (Layers.PlainConv(middle, middle, 3, halves ? 2 : 1, groups: middle), Layers.Norm(middle));
            (conv3, bn3) = (Layers.PlainConv(middle, outputs, 1, groups: 3), Layers.Norm(outputs));
            RegisterComponents();
        }

        protected override Tensor Run(Tensor x)
        {
            var y = Shuffle.Channels(Layers.Convolve(conv1, bn1, x, relu: true), groups);
            y = Layers.Convolve(conv2, bn2, y, relu: true);
            return halves
                ? cat([Layers.Convolve(conv3, bn3, y), functional.avg_pool2d(x, 3, 2, 1)], 1).relu_()
                : Layers.Convolve(conv3, bn3, y, x, relu: true);
        }
    }

    static IReadOnlyList<ModelEntry> ICatalogued<ModelEntry>.Entries =>
    [
        new("shufflenet-v1", "ShuffleNet", 32, 100, 949_258, ModelEntry.Mdistiller + "ShuffleNetv1.py ShuffleV1",
            classes => new ShuffleNetV1(classes)),
    ];
}
