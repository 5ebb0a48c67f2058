using TorchSharp;
using TorchSharp.Modules;
using W2S.Models.Blocks;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>Wide residual networks for 32×32 images: norm and activation come before each convolution.</summary>
/// <remarks>
/// Zagoruyko, Komodakis: "Wide Residual Networks", BMVC 2016. Keys as in mdistiller: conv1, block1–3.layer.B, bn1, fc.
/// The stages are the sums before the next norm, as there.
/// </remarks>
internal sealed class WideResNet : HeadedModel, ICatalogued<ModelEntry>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Chain[] blocks;

    /// <summary>A network of three stages of (depth − 4)/6 blocks, 16, 32 and 64 times the width.</summary>
    /// <param name="depth">6n + 4: 16 or 40 in the public code.</param>
    /// <param name="width">How many times wider than 16-32-64: 1 or 2 in the public code.</param>
    /// <param name="classes">How many classes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The depth is not 6n + 4, or a count is below one.</exception>
    public WideResNet(int depth, int width, int classes) : base($"wrn-{depth}-{width}")
    {
        if (depth < 10 || (depth - 4) % 6 != 0)
            throw new ArgumentOutOfRangeException(nameof(depth), depth, $"depth {depth} is not 6n + 4; give 16 or 40");
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        conv1 = Layers.Conv(3, 16, 3);
        bn1 = Layers.Norm(64 * width);
        var count = (depth - 4) / 6;
        blocks = Layers.Stages(16, [count, count, count], stage => (16 << stage) * width,
            (inputs, outputs, stride) => new PreActBlock(inputs, outputs, stride, PreActStyle.Wide));
        foreach (var (index, stage) in blocks.Index())
            register_module($"block{index + 1}", new Chain().Add("layer", stage));
        RegisterComponents();
        SetHead("fc", 64 * width, classes, (features, count) =>
        {
            var head = nn.Linear(features, count);
            init.zeros_(head.bias!);
            return head;
        });
    }

    /// <inheritdoc/>
    public override bool TakesChannelsLast => true;

    /// <inheritdoc/>
    protected override Tensor Encode(Tensor images, List<Tensor>? stages)
    {
        var x = Keep(Layers.Convolve(conv1, null, images), stages);
        x = Layers.Through(blocks, x, stages);
        return Layers.GlobalMean(bn1.call(x).relu_());
    }

    static IReadOnlyList<ModelEntry> ICatalogued<ModelEntry>.Entries =>
    [
        Wide(16, 1, 180_916), Wide(16, 2, 703_284), Wide(40, 1, 569_780), Wide(40, 2, 2_255_156),
    ];

    private static ModelEntry Wide(int depth, int width, long parameters) => new(
        $"wrn-{depth}-{width}", "WideResNet", 32, 100, parameters,
        $"{ModelEntry.Mdistiller}wrn.py wrn_{depth}_{width}", classes => new WideResNet(depth, width, classes));
}
