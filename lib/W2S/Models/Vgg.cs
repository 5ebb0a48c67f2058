using TorchSharp;
using W2S.Models.Blocks;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>Plain networks of 3×3 convolutions with batch norm, for 32×32 or 64×64 images.</summary>
/// <remarks>
/// Simonyan, Zisserman: "Very Deep Convolutional Networks", ICLR 2015, in mdistiller's form for CIFAR: five groups,
/// halved after the first three (and the fourth for 64×64 images), one linear layer. Keys: block0–4 with the numbers of
/// a sequence (convolution, norm, activation), classifier.
/// </remarks>
internal sealed class Vgg : HeadedModel, ICatalogued<ModelEntry>
{
    private static readonly int[] Widths = [64, 128, 256, 512, 512];
    private readonly Chain[] blocks;

    /// <summary>A network with one or two convolutions a group.</summary>
    /// <param name="depth">8 (one) or 13 (two).</param>
    /// <param name="classes">How many classes.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another depth, or fewer than one class.</exception>
    public Vgg(int depth, int classes) : base($"vgg{depth}")
    {
        var repeat = depth switch
        {
            8 => 1,
            13 => 2,
            _ => throw new ArgumentOutOfRangeException(nameof(depth), depth, $"depth {depth} is not 8 or 13"),
        };
        blocks = new Chain[Widths.Length];
        var inputs = 3;
        for (var group = 0; group < Widths.Length; group++)
        {
            blocks[group] = new Chain();
            for (var layer = 0; layer < repeat; layer++)
            {
                blocks[group].Add($"{3 * layer}", Layers.Conv(inputs, Widths[group], 3, bias: true));
                blocks[group].Add($"{3 * layer + 1}", Layers.Norm(Widths[group]));
                blocks[group].Add($"{3 * layer + 2}", new Activation());
                inputs = Widths[group];
            }
            register_module($"block{group}", blocks[group]);
        }
        RegisterComponents();
        SetHead("classifier", inputs, classes, Layers.SmallLinear);
    }

    /// <inheritdoc/>
    public override bool TakesChannelsLast => true;

    /// <inheritdoc/>
    protected override Tensor Encode(Tensor images, List<Tensor>? stages)
    {
        var pools = images.shape[2] >= 64 ? 4 : 3;
        var x = images;
        for (var group = 0; group < blocks.Length; group++)
        {
            x = Keep(blocks[group].call(x), stages);
            if (group < pools)
                x = functional.max_pool2d(x, 2, 2);
        }
        return Layers.GlobalMean(x);
    }

    static IReadOnlyList<ModelEntry> ICatalogued<ModelEntry>.Entries =>
    [
        new("vgg8", "VGG", 32, 100, 3_965_028, ModelEntry.Mdistiller + "vgg.py vgg8_bn",
            classes => new Vgg(8, classes)),
        new("vgg13", "VGG", 32, 100, 9_462_180, ModelEntry.Mdistiller + "vgg.py vgg13_bn",
            classes => new Vgg(13, classes)),
    ];
}
