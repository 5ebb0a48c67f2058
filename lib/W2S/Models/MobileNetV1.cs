using TorchSharp;
using W2S.Models.Blocks;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>MobileNet V1 for large images.</summary>
/// <remarks>
/// Howard et al.: "MobileNets", arXiv 1704.04861, in the form of mdistiller's ImageNet experiments and
/// ggjy/vision_weak_to_strong. Keys: model.L.0/1 (stem), model.L.0/1/3/4 (depthwise, 1×1), fc. Weights start as PyTorch
/// leaves them, as there.
/// </remarks>
internal sealed class MobileNetV1 : HeadedModel, ICatalogued<ModelEntry>
{
    private static readonly (int Outputs, int Stride)[] Plan =
        [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1),
            (1024, 2), (1024, 1)];

    private readonly Chain model;

    /// <param name="classes">How many classes; default 1,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class.</exception>
    public MobileNetV1(int classes = 1000) : base("mobilenet-v1")
    {
        model = new Chain(new Chain(Layers.PlainConv(3, 32, 3, 2), Layers.Norm(32), new Activation()));
        var inputs = 32;
        foreach (var (outputs, stride) in Plan)
        {
            model.Add($"{model.Parts.Count}", new Chain(
                Layers.PlainConv(inputs, inputs, 3, stride, groups: inputs), Layers.Norm(inputs),
                new Activation(), Layers.PlainConv(inputs, outputs, 1), Layers.Norm(outputs),
                new Activation()));
            inputs = outputs;
        }
        RegisterComponents();
        SetHead("fc", inputs, classes);
    }

    /// <inheritdoc/>
    protected override Tensor Encode(Tensor images, List<Tensor>? stages) =>
        Layers.GlobalMean(Layers.Through(model.Parts, images, stages, 0, 3, 5, 11, 13));

    static IReadOnlyList<ModelEntry> ICatalogued<ModelEntry>.Entries =>
    [
        new("mobilenet-v1", "ImageNet", 224, 1000, 4_231_976,
            "ggjy/vision_weak_to_strong, classification/custom_model/mobilenetv1.py",
            classes => new MobileNetV1(classes)),
    ];
}
