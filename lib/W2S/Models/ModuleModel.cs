using TorchSharp;
using TorchSharp.Modules;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>A module that gives logits and nothing else.</summary>
internal sealed class ModuleModel : ImageModel
{
    private readonly Module<Tensor, Tensor> module;

    public ModuleModel(Module<Tensor, Tensor> module, int classes, string? name)
        : base(name ?? module?.GetType().Name ?? throw new ArgumentNullException(nameof(module)))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        (this.module, Classes) = (module, classes);
        RegisterComponents();
    }

    public override int Classes { get; }

    public override int FeatureCount => Classes;

    protected override ModelOutput Run(Tensor images)
    {
        var logits = Checked(module.call(images), images, Classes, "logits");
        return new ModelOutput(logits, logits, []);
    }

    /// <summary>What a module of the reader's gave, if it is [B, columns].</summary>
    public static Tensor Checked(Tensor given, Tensor images, long columns, string what) =>
        given.dim() == 2 && given.shape[0] == images.shape[0] && given.shape[1] == columns ? given
            : throw new ArgumentException(
                $"the module gives {given.Shape()} for images {images.Shape()}; give one whose {what} are "
                + $"[{images.shape[0]}, {columns}], a row for each image");
}

/// <summary>An encoder and a linear head.</summary>
internal sealed class EncoderModel : HeadedModel
{
    private readonly Module<Tensor, Tensor> encoder;

    public EncoderModel(Module<Tensor, Tensor> encoder, Linear head, string? name)
        : base(name ?? encoder?.GetType().Name ?? throw new ArgumentNullException(nameof(encoder)))
    {
        ArgumentNullException.ThrowIfNull(head);
        this.encoder = encoder;
        RegisterComponents();
        SetHead("head", head, register: true);
    }

    protected override Tensor Encode(Tensor images, List<Tensor>? stages) =>
        ModuleModel.Checked(encoder.call(images), images, FeatureCount, "features");
}
