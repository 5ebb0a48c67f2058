using TorchSharp;
using W2S.Models.Blocks;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>AlexNet for large images, as in torchvision.</summary>
/// <remarks>
/// Krizhevsky: "One weird trick for parallelizing convolutional neural networks", arXiv 1404.5997. Keys: features.0, 3,
/// 6, 8, 10 and classifier.1, 4, 6. The pooled feature is the 4,096 numbers that the last layer reads. In training,
/// half of the inputs of the first two linear layers are dropped.
/// </remarks>
internal sealed class AlexNet : HeadedModel, ICatalogued<ModelEntry>
{
    private readonly Chain features;
    private readonly Chain classifier;

    /// <param name="classes">How many classes; default 1,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class.</exception>
    public AlexNet(int classes = 1000) : base("alexnet")
    {
        features = new Chain(
            Layers.PlainConv(3, 64, 11, 4, bias: true, padding: 2), Relu(), Pool(),
            Layers.PlainConv(64, 192, 5, bias: true), Relu(), Pool(),
            Layers.PlainConv(192, 384, 3, bias: true), Relu(),
            Layers.PlainConv(384, 256, 3, bias: true), Relu(),
            Layers.PlainConv(256, 256, 3, bias: true), Relu(), Pool());
        classifier = new Chain(
            Dropout(), nn.Linear(256 * 6 * 6, 4096), Relu(),
            Dropout(), nn.Linear(4096, 4096), Relu(),
            SetHead("classifier.6", 4096, classes, register: false));
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Encode(Tensor images, List<Tensor>? stages)
    {
        var x = Layers.Through(features.Parts, images, stages, 2, 5, 12);
        x = functional.adaptive_avg_pool2d(x, 6).flatten(1);
        foreach (var layer in classifier.Parts.SkipLast(1))
            x = layer.call(x);
        return x;
    }

    private static Activation Relu() => new();

    private static Function Pool() => new(x => functional.max_pool2d(x, 3, 2));

    private Function Dropout() => new(x => training ? functional.dropout(x, 0.5) : x);

    static IReadOnlyList<ModelEntry> ICatalogued<ModelEntry>.Entries =>
    [
        new("alexnet", "ImageNet", 224, 1000, 61_100_840, ModelEntry.Torchvision + "alexnet",
            classes => new AlexNet(classes)),
    ];
}
