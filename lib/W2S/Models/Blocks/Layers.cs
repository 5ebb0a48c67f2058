using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models.Blocks;

/// <summary>Layers with the initialisation that the public networks share, and functions free of hidden
/// scalars.</summary>
internal static class Layers
{
    /// <summary>The factor of a plain sum; an implicit one would be made and left to the finalizer at every
    /// call.</summary>
    public static readonly Scalar One = 1.ToScalar();

    /// <summary>A square convolution that keeps the size at stride 1, weights drawn as Kaiming normal over the fan
    /// out.</summary>
    public static Conv2d Conv(int inputs, int outputs, int kernel, int stride = 1, int groups = 1, bool bias = false,
        int? padding = null)
    {
        var layer = PlainConv(inputs, outputs, kernel, stride, groups, bias, padding);
        init.kaiming_normal_(layer.weight, mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU);
        if (layer.bias is not null)
            init.zeros_(layer.bias);
        return layer;
    }

    /// <summary>The same with PyTorch's own initialisation (Kaiming uniform, a = √5), as some public code leaves
    /// it.</summary>
    public static Conv2d PlainConv(int inputs, int outputs, int kernel, int stride = 1, int groups = 1,
        bool bias = false, int? padding = null) =>
        nn.Conv2d(inputs, outputs, kernel, stride, padding ?? kernel / 2, groups: groups, bias: bias);

    /// <summary>Batch normalisation (weight 1, bias 0, momentum 0.1, ε 1e-5).</summary>
    public static BatchNorm2d Norm(int channels) => nn.BatchNorm2d(channels);

    /// <summary>A linear layer drawn from N(0, 0.01) with bias 0, as mdistiller's VGG and MobileNetV2 have
    /// it.</summary>
    public static Linear SmallLinear(int inputs, int outputs)
    {
        var layer = nn.Linear(inputs, outputs);
        init.normal_(layer.weight, 0, 0.01);
        init.zeros_(layer.bias!);
        return layer;
    }

    /// <summary>A convolution, its norm, and where asked a sum and ReLU; one operation in a pass with
    /// <see cref="FoldedNorms"/>, which may overwrite the other summand.</summary>
    public static Tensor Convolve(Conv2d convolution, BatchNorm2d? norm, Tensor x, Tensor? plus = null,
        bool relu = false)
    {
        if (FoldedNorms.InUse is { } folded)
            return folded.Convolve(convolution, norm, x, plus, relu);
        var y = convolution.call(x);
        if (norm is not null)
            y = norm.call(y);
        if (plus is not null)
            AddInto(y, plus);
        return relu ? y.relu_() : y;
    }

    /// <summary>Makes the stages of a network: the first block of each takes what the stage before gives, and from the
    /// second stage on it has a stride of 2.</summary>
    /// <param name="inputs">Channels that the first stage takes.</param>
    /// <param name="counts">How many blocks each stage has.</param>
    /// <param name="width">Channels that a stage gives, by its place.</param>
    /// <param name="block">Makes a block by the channels that it takes and gives, and its stride.</param>
    public static Chain[] Stages(int inputs, int[] counts, Func<int, int> width, Func<int, int, int, Block> block) =>
    [
        .. counts.Select((count, stage) => new Chain(Enumerable.Range(0, count).Select(place => place > 0
            ? block(width(stage), width(stage), 1)
            : block(stage == 0 ? inputs : width(stage - 1), width(stage), stage == 0 ? 1 : 2)))),
    ];

    /// <summary>Registers stages as public code mostly has them: <c>layer1</c>, <c>layer2</c>, …</summary>
    public static void Register(Module network, Chain[] stages)
    {
        foreach (var (index, stage) in stages.Index())
            network.register_module($"layer{index + 1}", stage);
    }

    /// <summary>Runs modules one after the other.</summary>
    /// <param name="modules">The modules.</param>
    /// <param name="x">What the first takes.</param>
    /// <param name="stages">Takes what some of them give; null where nobody asks.</param>
    /// <param name="kept">Which, by their places; none for all.</param>
    public static Tensor Through(IReadOnlyList<Module<Tensor, Tensor>> modules, Tensor x, List<Tensor>? stages,
        params ReadOnlySpan<int> kept)
    {
        for (var index = 0; index < modules.Count; index++)
        {
            x = modules[index] is Conv2d convolution ? Convolve(convolution, null, x) : modules[index].call(x);
            if (kept.IsEmpty || kept.Contains(index))
                stages?.Add(x);
        }
        return x;
    }

    /// <summary>x + y into <paramref name="x"/>, which must be the caller's own.</summary>
    public static Tensor AddInto(Tensor x, Tensor y) => x.add_(y, One);

    /// <summary>The mean over height and width.</summary>
    /// <returns>[B, C].</returns>
    public static Tensor GlobalMean(Tensor x)
    {
        using var pooled = functional.adaptive_avg_pool2d(x, 1);
        return pooled.flatten(1);
    }
}
