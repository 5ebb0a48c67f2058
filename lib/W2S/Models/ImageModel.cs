using TorchSharp;
using TorchSharp.Modules;
using W2S.Models.Weights;
using W2S.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>An image classifier whose features can be read without taking it apart.</summary>
/// <remarks>A module of one's own becomes one by
/// <see cref="From(Module{Tensor, Tensor}, int, Normalization, string)"/>, or derives from <see cref="HeadedModel"/>,
/// or from this class. In evaluation mode several threads may run one at a time: a forward pass keeps what it computes
/// to itself.</remarks>
/// <param name="name">Its field name, for instance <c>resnet20</c>; also the module's name.</param>
public abstract class ImageModel(string name) : Module<Tensor, Tensor>(TorchRuntime.Ready(name))
{
    /// <summary>Its field name, for instance <c>resnet20</c>.</summary>
    public string ModelName { get; } = name;

    /// <summary>What turns bytes into its input: everybody who shows it images asks here.</summary>
    /// <value>−1 … 1.</value>
    public Normalization Normalization { get; set; } = Normalization.Centered;

    /// <summary>How many classes the head tells apart.</summary>
    public abstract int Classes { get; }

    /// <summary>Length of the pooled feature before the head.</summary>
    public abstract int FeatureCount { get; }

    /// <summary>The head's key in the state dict, for instance <c>fc</c>; empty where the network has none that can be
    /// exchanged.</summary>
    public virtual string HeadKey => "";

    /// <summary>The norm between pooling and head, which starts anew with the head where a file has none, and the norm
    /// that such a file has instead; null for networks without.</summary>
    internal virtual (string Own, string Encoder)? HeadNorm => null;

    /// <summary>Whether the network takes images in the channels-last layout on the CPU, which is faster; default
    /// false.</summary>
    /// <remarks>
    /// libtorch 2.10 computes some channels-last convolutions wrongly, or ends the process, on some CPUs: its oneDNN
    /// errs on 1×1 kernels of, for instance, 12→72, 480→80, 160→1280 or three groups of 20→80 channels, by half of the
    /// largest value, and divides by zero on 512→1024. Networks made of such layers turn their input back to the plain
    /// layout; those that say true here were checked layer by layer.
    /// </remarks>
    public virtual bool TakesChannelsLast => false;

    /// <summary>Makes any module that maps images to logits a network of this library.</summary>
    /// <param name="module">float32 [B, 3, H, W] to [B, classes].</param>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="normalization">What it expects; default −1 … 1.</param>
    /// <param name="name">What messages call it; default its type's name.</param>
    /// <returns>The network, which owns the module. It has no features beside its logits, and no head that can be
    /// exchanged; see the other overload for those.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class.</exception>
    public static ImageModel From(Module<Tensor, Tensor> module, int classes, Normalization? normalization = null,
        string? name = null) =>
            new ModuleModel(module, classes, name) { Normalization = normalization ?? Normalization.Centered };

    /// <summary>Makes an encoder and a linear head a network of this library.</summary>
    /// <param name="encoder">float32 [B, 3, H, W] to features, [B, F].</param>
    /// <param name="head">F features to logits, one a class.</param>
    /// <param name="normalization">What the encoder expects; default −1 … 1.</param>
    /// <param name="name">What messages call it; default its type's name.</param>
    /// <returns>The network, which owns both modules: its features serve probes and feature losses, and its head can
    /// be exchanged.</returns>
    public static ImageModel From(Module<Tensor, Tensor> encoder, Linear head, Normalization? normalization = null,
        string? name = null) =>
            new EncoderModel(encoder, head, name) { Normalization = normalization ?? Normalization.Centered };

    /// <summary>Runs the network and keeps what lies on the way.</summary>
    /// <param name="images">float32 [B, 3, H, W], normalised as <see cref="Normalization"/> says; or uint8, which is
    /// normalised here.</param>
    /// <returns>Logits, pooled feature and the feature map after every stage, owned by the current dispose
    /// scope.</returns>
    public ModelOutput ForwardFeatures(Tensor images)
    {
        using var scope = NewDisposeScope();
        var output = Run(Input(images));
        foreach (var stage in output.Stages)
            stage.MoveToOuterDisposeScope();
        output.Pooled.MoveToOuterDisposeScope();
        output.Logits.MoveToOuterDisposeScope();
        return output;
    }

    /// <summary>The logits.</summary>
    /// <param name="images">float32 [B, 3, H, W], normalised; or uint8, which is normalised here.</param>
    /// <returns>[B, <see cref="Classes"/>].</returns>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Run(Input(images)).Logits.MoveToOuterDisposeScope();
    }

    /// <summary>The pooled feature before the head.</summary>
    /// <param name="images">float32 [B, 3, H, W], normalised; or uint8, which is normalised here.</param>
    /// <returns>[B, <see cref="FeatureCount"/>].</returns>
    public virtual Tensor Features(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Run(Input(images)).Pooled.MoveToOuterDisposeScope();
    }

    /// <summary>Runs the network. Called inside a dispose scope that ends with the pass.</summary>
    /// <param name="images">float32 [B, 3, H, W], normalised, in a layout that the network takes.</param>
    /// <returns>Logits, pooled feature and the feature map after every stage.</returns>
    protected abstract ModelOutput Run(Tensor images);

    /// <summary>Puts a freshly initialised head for another number of classes in the place of the present
    /// one.</summary>
    /// <param name="classes">How many classes from now on.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class.</exception>
    /// <exception cref="NotSupportedException">This network has no head that can be exchanged.</exception>
    /// <remarks>Its parameters are new objects: make the optimizer afterwards.</remarks>
    public virtual void ReplaceHead(int classes) =>
        throw new NotSupportedException($"{ModelName} has no head that can be exchanged");

    /// <summary>Reads a weight file (<c>.safetensors</c>, <c>.pth</c>, <c>.pt</c>, <c>.onnx</c>) into the
    /// network.</summary>
    /// <param name="path">The file; its format is told by its first bytes.</param>
    /// <param name="strict">Whether every key must be there, none more, each in its shape; default true.</param>
    /// <param name="keepHead">Whether the head is left as it is in the network, whatever the file has; default false:
    /// it is loaded like the rest, and another number of classes in the file is an error.</param>
    /// <param name="key">
    /// Which weights of a file that holds several: the keys that lead to them or the leading parts of their names, with
    /// dots between (<c>"teacher"</c>, <c>"state_dict.student"</c>); default: the only ones that fit, or those under
    /// <c>state_dict</c>, <c>model</c> and the like.
    /// </param>
    /// <returns>What was loaded, what was not, and which names were mapped.</returns>
    /// <exception cref="WeightFileException">
    /// The file cannot be read, holds several weights that fit, or (strict) does not fit; the network is unchanged.
    /// </exception>
    /// <remarks>
    /// Wrappers leave leading parts on every name (<c>module.</c>, <c>_orig_mod.</c>, <c>student.</c>). Whatever they
    /// are, and however many, they come off where the rest is a name of the network, and the report says which did. An
    /// ONNX model without names of its own is read into a <see cref="ResNet"/> by its graph; one that CNTK wrote reads
    /// blue first, and its first convolution is turned to red, green, blue.
    /// </remarks>
    public LoadReport LoadWeights(string path, bool strict = true, bool keepHead = false, string? key = null) =>
        StateDictLoader.Load(this, path, strict, keepHead, key);

    /// <summary>How many numbers the network learns.</summary>
    /// <returns>The elements of all parameters; buffers do not count.</returns>
    public long ParameterCount() => parameters().Sum(parameter => parameter.numel());

    // Bytes are normalised; a network that does not take channels-last images gets them in the plain layout.
    private protected Tensor Input(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dtype == ScalarType.Byte) images = Normalization.Apply(images);
        return TakesChannelsLast || images.device_type != DeviceType.CPU ? images : images.contiguous();
    }
}

/// <summary>What a forward pass yields.</summary>
/// <param name="Logits">[B, C].</param>
/// <param name="Pooled">[B, F], what the head reads.</param>
/// <param name="Stages">A feature map [B, c, h, w] (or tokens [B, t, d]) after the stem and after every stage, in
/// order.</param>
public sealed record ModelOutput(Tensor Logits, Tensor Pooled, IReadOnlyList<Tensor> Stages);
