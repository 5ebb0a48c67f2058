using TorchSharp;
using TorchSharp.Modules;
using W2S.Models.Blocks;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>Residual networks with norm and activation before each convolution, as the code for noisy labels has
/// them.</summary>
/// <remarks>
/// He et al.: "Identity Mappings in Deep Residual Networks", ECCV 2016, in the form of Sel-CL (Li et al., CVPR 2022)
/// and of ggjy/vision_weak_to_strong: a norm and an activation after the stem, none after the last stage, the activated
/// input on the identity path. Keys: conv1, bn1, layer1–4, linear2 and, with a projection, head.
/// </remarks>
internal sealed class PreActResNet : HeadedModel, ICatalogued<ModelEntry>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Chain[] layers;
    private readonly Linear? head;

    /// <summary>A network for 32×32 images, four stages of 64 to 512 channels.</summary>
    /// <param name="depth">18 (blocks 2-2-2-2) or 34 (3-4-6-3).</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="projected">Length of what a second head of one linear layer gives, for contrastive learning (128 in
    /// the noisy-label code); default 0: there is none.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another depth, or fewer than one class.</exception>
    public PreActResNet(int depth, int classes, int projected = 0) : base($"preactresnet{depth}")
    {
        int[] counts = depth switch
        {
            18 => [2, 2, 2, 2],
            34 => [3, 4, 6, 3],
            _ => throw new ArgumentOutOfRangeException(nameof(depth), depth, $"depth {depth} is not 18 or 34"),
        };
        conv1 = Layers.Conv(3, 64, 3);
        bn1 = Layers.Norm(64);
        layers = Layers.Stages(64, counts, stage => 64 << stage,
            (inputs, width, stride) => new PreActBlock(inputs, width, stride, PreActStyle.Plain));
        Layers.Register(this, layers);
        RegisterComponents();
        SetHead("linear2", 512, classes);
        if (projected == 0)
            return;
        head = nn.Linear(512, projected);
        register_module("head", head);
    }

    /// <summary>The second head's output, of length one.</summary>
    /// <param name="pooled">The pooled feature, [B, 512].</param>
    /// <returns>[B, projected], each row of Euclidean length 1.</returns>
    /// <exception cref="InvalidOperationException">The network was made without a projection.</exception>
    public Tensor Project(Tensor pooled)
    {
        if (head is null)
            throw new InvalidOperationException(
                $"{ModelName} was made without a projection; give one to its constructor");
        using var scope = NewDisposeScope();
        return functional.normalize(head.call(pooled)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override Tensor Encode(Tensor images, List<Tensor>? stages)
    {
        var x = Keep(Layers.Convolve(conv1, bn1, images, relu: true), stages);
        return Layers.GlobalMean(Layers.Through(layers, x, stages));
    }

    static IReadOnlyList<ModelEntry> ICatalogued<ModelEntry>.Entries =>
    [
        Entry(18, 11_217_444), Entry(34, 21_325_604),
    ];

    private static ModelEntry Entry(int depth, long parameters) => new(
        $"preactresnet{depth}", "PreActResNet", 32, 100, parameters,
        "ggjy/vision_weak_to_strong, noisy_labels_learning/utils_sel/models/preact_resnet.py without its projection "
        + "head",
        classes => new PreActResNet(depth, classes));
}
