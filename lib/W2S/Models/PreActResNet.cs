using TorchSharp;
using TorchSharp.Modules;
using W2S.Models.Blocks;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>The second head of <see cref="PreActResNet"/>, for contrastive learning.</summary>
public enum Projection
{
    /// <summary>None.</summary>
    None,

    /// <summary>One linear layer (key <c>head</c>), the default of the noisy-label code.</summary>
    Linear,

    /// <summary>Two linear layers with an activation between (keys <c>head.0</c> and <c>head.2</c>).</summary>
    NonLinear,
}

/// <summary>Residual networks with norm and activation before each convolution, as the code for noisy labels has
/// them.</summary>
/// <remarks>
/// He et al.: "Identity Mappings in Deep Residual Networks", ECCV 2016, in the form of Sel-CL (Li et al., CVPR 2022)
/// and of ggjy/vision_weak_to_strong: a norm and an activation after the stem, none after the last stage, the activated
/// input on the identity path. Keys: conv1, bn1, layer1–4, linear2 and, with a projection, head.
/// </remarks>
public sealed class PreActResNet : HeadedModel, ICatalogued<ModelEntry>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Chain[] layers;
    private readonly Module<Tensor, Tensor>[] projection;

    /// <summary>A network for 32×32 images, four stages of 64 to 512 channels.</summary>
    /// <param name="depth">18 (blocks 2-2-2-2) or 34 (3-4-6-3).</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="projection">The second head; default none.</param>
    /// <param name="projected">Length of its output; default 128.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another depth, or a count below one.</exception>
    public PreActResNet(int depth, int classes, Projection projection = Projection.None, int projected = 128)
        : base($"preactresnet{depth}")
    {
        int[] counts = depth switch
        {
            18 => [2, 2, 2, 2],
            34 => [3, 4, 6, 3],
            _ => throw new ArgumentOutOfRangeException(nameof(depth), depth, $"depth {depth} is not 18 or 34"),
        };
        ArgumentOutOfRangeException.ThrowIfLessThan(projected, 1);
        conv1 = Layers.Conv(3, 64, 3);
        bn1 = Layers.Norm(64);
        layers = new Chain[4];
        var inputs = 64;
        for (var stage = 0; stage < 4; stage++)
        {
            var outputs = 64 << stage;
            layers[stage] = new Chain(Enumerable.Range(0, counts[stage]).Select(block =>
                (Module<Tensor, Tensor>)new PreActBlock(block == 0 ? inputs : outputs, outputs,
                    block == 0 && stage > 0 ? 2 : 1, PreActStyle.Plain)));
            register_module($"layer{stage + 1}", layers[stage]);
            inputs = outputs;
        }
        RegisterComponents();
        SetHead("linear2", inputs, classes);
        this.projection = projection switch
        {
            Projection.Linear => [nn.Linear(inputs, projected)],
            Projection.NonLinear =>
                [new Chain(nn.Linear(inputs, inputs), new Function(x => x.relu()), nn.Linear(inputs, projected))],
            _ => [],
        };
        foreach (var module in this.projection)
            register_module("head", module);
    }

    /// <summary>The second head's output, of length one.</summary>
    /// <param name="pooled">The pooled feature, [B, 512].</param>
    /// <returns>[B, projected], each row of Euclidean length 1.</returns>
    /// <exception cref="InvalidOperationException">The network was made without a projection.</exception>
    public Tensor Project(Tensor pooled)
    {
        if (projection.Length == 0)
            throw new InvalidOperationException(
                $"{ModelName} was made without a projection; give one to its constructor");
        using var scope = NewDisposeScope();
        return functional.normalize(projection[0].call(pooled)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override Tensor Encode(Tensor images, List<Tensor>? stages)
    {
        var x = Keep(Layers.Convolve(conv1, bn1, images, relu: true), stages);
        foreach (var layer in layers)
            x = Keep(layer.call(x), stages);
        return Layers.GlobalMean(x);
    }

    static IReadOnlyList<ModelEntry> ICatalogued<ModelEntry>.Entries =>
    [
        Entry(18, 11_217_444), Entry(34, 21_325_604),
    ];

    private static ModelEntry Entry(int depth, long parameters) => new(
        $"preactresnet{depth}", "PreActResNet", 32, 100, parameters,
        "ggjy/vision_weak_to_strong, noisy_labels_learning/utils_sel/models/preact_resnet.py without its projection head",
        classes => new PreActResNet(depth, classes));
}
