using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace W2S.Models.Blocks;

/// <summary>Convolutions with a norm behind each, under the keys <c>conv1</c>, <c>bn1</c>, <c>conv2</c>, …</summary>
internal abstract class ConvolutionBlock : Block
{
    // In an array, so that a block may have any number of them.
    private readonly (Conv2d Convolution, BatchNorm2d Norm)[] layers;

    protected ConvolutionBlock(params Conv2d[] convolutions) : base(nameof(ConvolutionBlock))
    {
        layers = [.. convolutions.Select(convolution => (convolution, Layers.Norm((int)convolution.out_channels)))];
        foreach (var (index, (convolution, norm)) in layers.Index())
        {
            register_module($"conv{index + 1}", convolution);
            register_module($"bn{index + 1}", norm);
        }
    }

    protected int Count => layers.Length;

    /// <summary>The convolution of a number, counted from 1, with its norm: see
    /// <see cref="Layers.Convolve"/>.</summary>
    protected Tensor Convolve(int number, Tensor x, Tensor? plus = null, bool relu = false) =>
        Layers.Convolve(layers[number - 1].Convolution, layers[number - 1].Norm, x, plus, relu);
}

/// <summary>Convolutions, activations between them, beside a shortcut: nothing, or a 1×1 convolution and a norm where
/// size or width change.</summary>
internal sealed class ResidualBlock : ConvolutionBlock
{
    // In an array: its key differs between codes (downsample, shortcut), so no field can name it.
    private readonly Chain[] shortcut;

    private ResidualBlock(int inputs, int outputs, int stride, string shortcutKey, params Conv2d[] convolutions)
        : base(convolutions)
    {
        shortcut = stride == 1 && inputs == outputs ? []
            : [new Chain(Layers.Conv(inputs, outputs, 1, stride), Layers.Norm(outputs))];
        if (shortcut.Length > 0)
            register_module(shortcutKey, shortcut[0]);
    }

    /// <summary>Two 3×3 convolutions, the first with the stride.</summary>
    public static ResidualBlock Basic(int inputs, int width, int stride, string shortcutKey) =>
        new(inputs, width, stride, shortcutKey, Layers.Conv(inputs, width, 3, stride), Layers.Conv(width, width, 3));

    /// <summary>1×1, 3×3 (with the stride) and 1×1 convolution; the middle has a quarter of the width.</summary>
    public static ResidualBlock Bottleneck(int inputs, int width, int stride, string shortcutKey) =>
        new(inputs, width, stride, shortcutKey, Layers.Conv(inputs, width / 4, 1),
            Layers.Conv(width / 4, width / 4, 3, stride), Layers.Conv(width / 4, width, 1));

    protected override Tensor Run(Tensor x)
    {
        var y = x;
        for (var number = 1; number < Count; number++)
            y = Convolve(number, y, relu: true);
        return Convolve(Count, y, shortcut.Length > 0 ? shortcut[0].call(x) : x, relu: true);
    }
}
