using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models.Blocks;

/// <summary>Two 3×3 convolutions beside a shortcut.</summary>
internal sealed class BasicBlock : Block
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Chain[] shortcut;

    public BasicBlock(int inputs, int width, int stride, string shortcutKey) : base(nameof(BasicBlock))
    {
        (conv1, bn1) = (Layers.Conv(inputs, width, 3, stride), Layers.Norm(width));
        (conv2, bn2) = (Layers.Conv(width, width, 3), Layers.Norm(width));
        shortcut = Shortcut.Make(inputs, width, stride);
        RegisterComponents();
        Shortcut.Register(this, shortcutKey, shortcut);
    }

    protected override Tensor Run(Tensor x)
    {
        var y = Layers.Convolve(conv1, bn1, x, relu: true);
        return Layers.Convolve(conv2, bn2, y, Shortcut.Of(shortcut, x), relu: true);
    }
}

/// <summary>1×1, 3×3 (with the stride) and 1×1 convolution to four times the width, beside a shortcut.</summary>
internal sealed class Bottleneck : Block
{
    public const int Expansion = 4;

    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Conv2d conv3;
    private readonly BatchNorm2d bn3;
    private readonly Chain[] shortcut;

    public Bottleneck(int inputs, int width, int stride, string shortcutKey) : base(nameof(Bottleneck))
    {
        (conv1, bn1) = (Layers.Conv(inputs, width, 1), Layers.Norm(width));
        (conv2, bn2) = (Layers.Conv(width, width, 3, stride), Layers.Norm(width));
        (conv3, bn3) = (Layers.Conv(width, width * Expansion, 1), Layers.Norm(width * Expansion));
        shortcut = Shortcut.Make(inputs, width * Expansion, stride);
        RegisterComponents();
        Shortcut.Register(this, shortcutKey, shortcut);
    }

    protected override Tensor Run(Tensor x)
    {
        var y = Layers.Convolve(conv1, bn1, x, relu: true);
        y = Layers.Convolve(conv2, bn2, y, relu: true);
        return Layers.Convolve(conv3, bn3, y, Shortcut.Of(shortcut, x), relu: true);
    }
}

/// <summary>The path around a block: nothing, or a 1×1 convolution and a norm where size or width change.</summary>
/// <remarks>Kept in an array: its key differs between codes (<c>downsample</c>, <c>shortcut</c>), so no field can name
/// it.</remarks>
internal static class Shortcut
{
    public static Chain[] Make(int inputs, int outputs, int stride) =>
        stride == 1 && inputs == outputs ? []
            : [new Chain(Layers.Conv(inputs, outputs, 1, stride), Layers.Norm(outputs))];

    public static void Register(Block block, string key, Chain[] shortcut)
    {
        if (shortcut.Length > 0)
            block.register_module(key, shortcut[0]);
    }

    public static Tensor Of(Chain[] shortcut, Tensor x) => shortcut.Length > 0 ? shortcut[0].call(x) : x;
}
