using TorchSharp.Modules;
using static TorchSharp.torch;

namespace W2S.Models.Blocks;

/// <summary>Which code a pre-activation block follows, in its keys and in what goes around it.</summary>
internal enum PreActStyle
{
    /// <summary>
    /// mdistiller's wide networks: the shortcut is <c>convShortcut</c> where the width changes, else the block's input.
    /// </summary>
    Wide,

    /// <summary>
    /// The noisy-label code: the shortcut is <c>shortcut.0</c> where width or stride change, else the activated input.
    /// </summary>
    Plain,
}

/// <summary>Norm and activation before each of two 3×3 convolutions.</summary>
internal sealed class PreActBlock : Block
{
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn2;
    private readonly Conv2d conv2;
    private readonly Conv2d[] shortcut; // in an array: its key differs between codes, so no field can name it
    private readonly bool aroundActivation;

    public PreActBlock(int inputs, int outputs, int stride, PreActStyle style) : base(nameof(PreActBlock))
    {
        (bn1, conv1) = (Layers.Norm(inputs), Layers.Conv(inputs, outputs, 3, stride));
        (bn2, conv2) = (Layers.Norm(outputs), Layers.Conv(outputs, outputs, 3));
        aroundActivation = style == PreActStyle.Wide;
        var needed = inputs != outputs || (style == PreActStyle.Plain && stride != 1);
        shortcut = needed ? [Layers.Conv(inputs, outputs, 1, stride)] : [];
        RegisterComponents();
        if (needed && style == PreActStyle.Wide)
            register_module("convShortcut", shortcut[0]);
        else if (needed)
            register_module("shortcut", new Chain(shortcut[0]));
    }

    protected override Tensor Run(Tensor x)
    {
        var activated = bn1.call(x).relu_();
        var around = shortcut.Length > 0 ? Layers.Convolve(shortcut[0], null, activated)
            : aroundActivation ? x : activated;
        var y = Layers.Convolve(conv1, bn2, activated, relu: true);
        return Layers.Convolve(conv2, null, y, around);
    }
}
