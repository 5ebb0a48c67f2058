using TorchSharp;
using TorchSharp.Modules;
using W2S.Models.Blocks;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>Residual networks with the activation after the sum, for small and for large images.</summary>
/// <remarks>
/// He, Zhang, Ren, Sun: "Deep Residual Learning for Image Recognition", CVPR 2016. Keys as in torchvision and, for
/// CIFAR, in chenyaofo/pytorch-cifar-models and megvii-research/mdistiller. Convolutions start from N(0, 2/fan out).
/// </remarks>
public sealed class ResNet : HeadedModel, ICatalogued<ModelEntry>
{
    private static readonly int[] Basics = [64, 128, 256, 512], Bottlenecks = [256, 512, 1024, 2048];
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Chain[] layers;
    private readonly bool pooledStem;
    private readonly int multiple;

    private ResNet(string name, int[] blocks, int[] widths, int stem, bool large, bool bottleneck, string shortcutKey,
        string headKey, int classes, int multiple = 1)
        : base(name)
    {
        (pooledStem, this.multiple) = (large, multiple);
        conv1 = large ? Layers.Conv(3, stem, 7, 2) : Layers.Conv(3, stem, 3);
        bn1 = Layers.Norm(stem);
        RegisterComponents();
        layers = Layers.Stages(stem, blocks, stage => widths[stage], (inputs, width, stride) => bottleneck
            ? ResidualBlock.Bottleneck(inputs, width, stride, shortcutKey)
            : ResidualBlock.Basic(inputs, width, stride, shortcutKey));
        Layers.Register(this, layers);
        SetHead(headKey, widths[^1], classes);
    }

    /// <inheritdoc/>
    public override bool TakesChannelsLast => !pooledStem && layers.Length == 3;

    /// <summary>For 32×32 images: three stages of (depth − 2)/6 basic blocks; keys conv1, bn1, layer1–3, fc.</summary>
    /// <param name="depth">6n + 2: 8, 14, 20, 32, 44, 56, 110.</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="wide">Widths 32-64-128-256 instead of 16-16-32-64 (the "x4" networks); default false.</param>
    /// <returns>The network, freshly initialised.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The depth is not 6n + 2, or there are fewer than one
    /// class.</exception>
    public static ResNet Cifar(int depth, int classes, bool wide = false)
    {
        if (depth < 8 || (depth - 2) % 6 != 0)
            throw new ArgumentOutOfRangeException(nameof(depth), depth,
                $"depth {depth} is not 6n + 2; give 8, 14, 20, 32, 44, 56 or 110");
        var count = (depth - 2) / 6;
        return new ResNet($"resnet{depth}{(wide ? "x4" : "")}", [count, count, count],
            wide ? [64, 128, 256] : [16, 32, 64],
            wide ? 32 : 16, large: false, bottleneck: false, "downsample", "fc", classes);
    }

    /// <summary>ResNet-50 for 32×32 images: stem 3×3, bottlenecks 3-4-6-3; keys layer1–4, shortcut, linear
    /// (mdistiller).</summary>
    /// <param name="classes">How many classes.</param>
    /// <returns>The network, freshly initialised.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class.</exception>
    public static ResNet Cifar50(int classes) =>
        new("cifar-resnet50", [3, 4, 6, 3], Bottlenecks, 64, large: false, bottleneck: true, "shortcut",
            "linear", classes);

    /// <summary>For large images, as in torchvision: 18, 34 (basic blocks) or 50 (bottlenecks).</summary>
    /// <param name="depth">18, 34 or 50.</param>
    /// <param name="classes">How many classes; default 1,000.</param>
    /// <returns>The network, freshly initialised.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Another depth, or fewer than one class.</exception>
    public static ResNet ImageNet(int depth, int classes = 1000)
    {
        int[] blocks = depth switch
        {
            18 => [2, 2, 2, 2],
            34 or 50 => [3, 4, 6, 3],
            _ => throw new ArgumentOutOfRangeException(nameof(depth), depth, $"depth {depth} is not one of 18, 34, 50"),
        };
        return new ResNet($"resnet{depth}", blocks, depth == 50 ? Bottlenecks : Basics, 64, large: true,
            bottleneck: depth == 50, "downsample", "fc", classes);
    }

    /// <summary>The ImageNet network that ML.NET's package <c>Microsoft.ML.DnnImageFeaturizer.ResNet18</c> carries,
    /// trained with CNTK: basic blocks 2-2-2-3, so a block more than torchvision's; 15.9 million parameters below the
    /// head.</summary>
    /// <param name="classes">How many classes; default 1,000. Its public file has no classifier: load it with
    /// <c>keepHead: true</c>.</param>
    /// <returns>The network, freshly initialised. It takes images normalised as <c>Normalization.Cntk</c> does, of a
    /// height and width that are multiples of 32, for instance 96, 128, 224; others end in an
    /// <see cref="ArgumentException"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class.</exception>
    /// <remarks>
    /// The published graph pads the stem, its pooling and every convolution of stride 2 at the top and left alone, by
    /// what an even size needs. There, padding all around computes the same: the last window never reaches the padding
    /// below. Where a size is odd on the way, the published graph and this network part, and the former may not run at
    /// all.
    /// </remarks>
    public static ResNet Cntk18(int classes = 1000) =>
        new("resnet18-cntk", [2, 2, 2, 3], Basics, 64, large: true, bottleneck: false, "downsample", "fc", classes,
            multiple: 32);

    /// <inheritdoc/>
    protected override Tensor Encode(Tensor images, List<Tensor>? stages)
    {
        if (images.dim() == 4 && (images.shape[2] % multiple != 0 || images.shape[3] % multiple != 0))
            throw new ArgumentException(
                $"images of {images.shape[2]} × {images.shape[3]} pixels: {ModelName} was trained where every halving "
                + $"is whole; resize them to multiples of {multiple}, for instance 96, 128 or 224", nameof(images));
        var x = Layers.Convolve(conv1, bn1, images, relu: true);
        if (pooledStem)
            x = functional.max_pool2d(x, 3, 2, 1);
        Keep(x, stages);
        return Layers.GlobalMean(Layers.Through(layers, x, stages));
    }

    static IReadOnlyList<ModelEntry> ICatalogued<ModelEntry>.Entries =>
    [
        Small(8, 83_892), Small(14, 181_108), Small(20, 278_324), Small(32, 472_756), Small(44, 667_188),
        Small(56, 861_620), Small(110, 1_736_564), Small(8, 1_233_540, wide: true), Small(32, 7_433_860, wide: true),
        new("cifar-resnet50", "CIFAR ResNet", 32, 100, 23_705_252,
            ModelEntry.Mdistiller + "resnetv2.py ResNet50", Cifar50),
        Large(18, 11_689_512), Large(34, 21_797_672), Large(50, 25_557_032),
        new("resnet18-cntk", "ImageNet", 224, 1000, 16_410_152,
            "Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1, as torchvision's ResNet(BasicBlock, [2, 2, 2, 3])",
            Cntk18),
    ];

    private static ModelEntry Small(int depth, long parameters, bool wide = false)
    {
        var name = $"resnet{depth}{(wide ? "x4" : "")}";
        return new(name, "CIFAR ResNet", 32, 100, parameters, $"{ModelEntry.Mdistiller}resnet.py {name}",
            classes => Cifar(depth, classes, wide));
    }

    private static ModelEntry Large(int depth, long parameters) => new($"resnet{depth}", "ImageNet", 224, 1000,
        parameters, $"{ModelEntry.Torchvision}resnet{depth}", classes => ImageNet(depth, classes));
}
