using TorchSharp;
using W2S.Models.Blocks;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>MobileNet V2 of width 0.5 and expansion 6, for 32×32 images.</summary>
/// <remarks>
/// Sandler et al.: "MobileNetV2", CVPR 2018, in mdistiller's form (activation ReLU, stem with stride 2). Keys:
/// conv1.0/1, blocks.S.B.conv.0–7, conv2.0/1, classifier.0. The stages are those its feature losses use.
/// </remarks>
internal sealed class MobileNetV2 : HeadedModel, ICatalogued<ModelEntry>
{
    private static readonly (int Expand, int Width, int Count, int Stride)[] Plan =
        [(1, 16, 1, 1), (6, 24, 2, 1), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    private readonly Chain conv1;
    private readonly Chain blocks;
    private readonly Chain conv2;

    /// <param name="classes">How many classes.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class.</exception>
    public MobileNetV2(int classes) : base("mobilenet-v2")
    {
        conv1 = Activated(3, 16, 3, 2);
        var inputs = 16;
        blocks = new Chain(Plan.Select(group => new Chain(Enumerable.Range(0, group.Count).Select(block =>
        {
            var from = inputs;
            inputs = group.Width / 2;
            return new Inverted(from, inputs, block == 0 ? group.Stride : 1, group.Expand);
        }))));
        conv2 = Activated(inputs, 1280, 1, 1);
        RegisterComponents();
        register_module("classifier",
            new Chain(SetHead("classifier.0", 1280, classes, Layers.SmallLinear, register: false)));
    }

    /// <inheritdoc/>
    protected override Tensor Encode(Tensor images, List<Tensor>? stages)
    {
        var x = Keep(conv1.call(images), stages);
        return Layers.GlobalMean(conv2.call(Layers.Through(blocks.Parts, x, stages, 1, 2, 4, 6)));
    }

    private static Chain Activated(int inputs, int outputs, int kernel, int stride) =>
        new(Layers.Conv(inputs, outputs, kernel, stride), Layers.Norm(outputs), new Activation());

    private sealed class Inverted : Block
    {
        private readonly Chain conv;
        private readonly bool around;

        public Inverted(int inputs, int outputs, int stride, int expand) : base(nameof(Inverted))
        {
            around = stride == 1 && inputs == outputs;
            var wide = inputs * expand;
            conv = new Chain(
                Layers.Conv(inputs, wide, 1), Layers.Norm(wide), new Activation(),
                Layers.Conv(wide, wide, 3, stride, groups: wide), Layers.Norm(wide), new Activation(),
                Layers.Conv(wide, outputs, 1), Layers.Norm(outputs));
            RegisterComponents();
        }

        protected override Tensor Run(Tensor x) => around ? Layers.AddInto(conv.call(x), x) : conv.call(x);
    }

    static IReadOnlyList<ModelEntry> ICatalogued<ModelEntry>.Entries =>
    [
        new("mobilenet-v2", "MobileNet", 32, 100, 812_836, ModelEntry.Mdistiller + "mobilenetv2.py mobile_half",
            classes => new MobileNetV2(classes)),
    ];
}
