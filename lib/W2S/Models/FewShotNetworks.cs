using TorchSharp;
using TorchSharp.Modules;
using W2S.Models.Blocks;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>The four-block network of few-shot learning, for 80×80 or 84×84 images.</summary>
/// <remarks>
/// Snell, Swersky, Zemel: "Prototypical Networks", NeurIPS 2017, in the form of few-shot-meta-baseline: four times
/// convolution (64 channels, with bias), norm, activation and halving; 1,600 features of 80×80 or 84×84 images. Keys:
/// encoder.encoder.B.0/1, classifier.linear. Weights start as PyTorch leaves them, as there.
/// </remarks>
internal sealed class Conv4 : HeadedModel, ICatalogued<ModelEntry>
{
    private readonly Chain[] blocks;

    /// <param name="classes">How many classes; default 64, the base classes of miniImageNet.</param>
    /// <param name="width">Channels of every block; default 64. Fewer make it cheap enough for a CPU.</param>
    /// <param name="side">Pixels of an image's side, 16 or more; default 80, for which 84 gives the same
    /// network.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class or channel, or images that four halvings
    /// leave nothing of.</exception>
    public Conv4(int classes = 64, int width = 64, int side = 80) : base(width == 64 ? "conv4" : $"conv4-{width}")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (side < 16)
            throw new ArgumentOutOfRangeException(nameof(side), side,
                $"images of {side} pixels are halved four times; give 16 or more");
        blocks = [.. Enumerable.Range(0, 4).Select(block => new Chain(
            Layers.PlainConv(block == 0 ? 3 : width, width, 3, bias: true), Layers.Norm(width),
            new Function(x => functional.max_pool2d(x.relu_(), 2))))];
        register_module("encoder", new Chain().Add("encoder", new Chain(blocks)));
        register_module("classifier",
            new Chain().Add("linear",
                SetHead("classifier.linear", width * (side / 16) * (side / 16), classes, register: false)));
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Encode(Tensor images, List<Tensor>? stages)
    {
        var x = Layers.Through(blocks, images, stages).flatten(1);
        return x.shape[1] == FeatureCount ? x : throw new ArgumentException(
            $"images {images.Shape()} do not fit a Conv4 that was made for images of another side; give it theirs");
    }

    static IReadOnlyList<ModelEntry> ICatalogued<ModelEntry>.Entries =>
    [
        new("conv4", "few-shot", 84, 64, 215_552, ModelEntry.FewShot + "convnet4.py with a 64-way linear classifier",
            classes => new Conv4(classes)),
    ];
}

/// <summary>The residual networks of few-shot learning, with as many blocks a stage as the student needs.</summary>
/// <remarks>
/// Chen et al.: "Meta-Baseline", ICCV 2021, in the "bottle" form of ggjy/vision_weak_to_strong: blocks of three 3×3
/// convolutions with leaky activations (0.1); the first of a stage has a 1×1 shortcut and halves the image at its end.
/// Stages of 64, 128, 256 and 512 channels. Keys: encoder.layer1–4, classifier.linear.
/// </remarks>
internal sealed class FewShotResNet : HeadedModel, ICatalogued<ModelEntry>
{
    private readonly Chain[] layers;

    /// <param name="depth">12 (blocks 1-1-1-1), 18 (1-2-2-1) or 36 (2-3-5-2).</param>
    /// <param name="classes">How many classes; default 64, the base classes of miniImageNet.</param>
    /// <param name="width">Channels of the first stage, doubled in each of the others; default 64. On the CPU a
    /// multiple of 16.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another depth, or fewer than one class or channel.</exception>
    public FewShotResNet(int depth, int classes = 64, int width = 64)
        : base(width == 64 ? $"fewshot-resnet{depth}" : $"fewshot-resnet{depth}-{width}")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        int[] counts = depth switch
        {
            12 => [1, 1, 1, 1],
            18 => [1, 2, 2, 1],
            36 => [2, 3, 5, 2],
            _ => throw new ArgumentOutOfRangeException(nameof(depth), depth, $"depth {depth} is not one of 12, 18, 36"),
        };
        layers = Layers.Stages(3, counts, stage => width << stage,
            (inputs, outputs, _) => new LeakyBlock(inputs, outputs));
        var encoder = new Chain();
        Layers.Register(encoder, layers);
        register_module("encoder", encoder);
        register_module("classifier",
            new Chain().Add("linear", SetHead("classifier.linear", 8 * width, classes, register: false)));
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Encode(Tensor images, List<Tensor>? stages) =>
        Layers.GlobalMean(Layers.Through(layers, images, stages));

    private sealed class LeakyBlock : ConvolutionBlock
    {
        private static readonly Scalar Slope = 0.1.ToScalar();
        private readonly Chain? downsample;

        public LeakyBlock(int inputs, int outputs) : base(Layers.Conv(inputs, outputs, 3),
            Layers.Conv(outputs, outputs, 3), Layers.Conv(outputs, outputs, 3))
        {
            downsample = inputs == outputs ? null : new Chain(Layers.Conv(inputs, outputs, 1), Layers.Norm(outputs));
            RegisterComponents();
        }

        protected override Tensor Run(Tensor x)
        {
            var y = Convolve(1, x).leaky_relu_(Slope);
            y = Convolve(2, y).leaky_relu_(Slope);
            y = Convolve(3, y, downsample?.call(x) ?? x).leaky_relu_(Slope);
            return downsample is null ? y : functional.max_pool2d(y, 2);
        }
    }

    static IReadOnlyList<ModelEntry> ICatalogued<ModelEntry>.Entries =>
    [
        Entry(12, 8_029_632), Entry(18, 10_243_776), Entry(36, 23_191_872),
    ];

    private static ModelEntry Entry(int depth, long parameters) => new(
        $"fewshot-resnet{depth}", "few-shot", 80, 64, parameters,
        $"{ModelEntry.FewShot}resnet.py resnet{depth}_bottle with a 64-way linear classifier",
        classes => new FewShotResNet(depth, classes));
}
