using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>A network that ends in one linear layer, which can be exchanged for another number of classes.</summary>
/// <remarks>A network of one's own derives from it: the constructor registers its modules and calls
/// <see cref="SetHead(string, int, int, Func{int, int, Linear}, bool)"/>.</remarks>
/// <param name="name">Its field name.</param>
public abstract class HeadedModel(string name) : ImageModel(name)
{
    // In an array, so that the module is registered once, under the key of the public code.
    private readonly Linear[] head = new Linear[1];
    private Func<int, int, Linear> makeHead = (features, classes) => nn.Linear(features, classes);

    /// <inheritdoc/>
    public override int Classes => (int)head[0].weight.shape[0];

    /// <inheritdoc/>
    public override int FeatureCount => (int)head[0].weight.shape[1];

    /// <inheritdoc/>
    public sealed override string HeadKey => headKey;

    private string headKey = "";

    /// <summary>Runs the network up to the head.</summary>
    /// <param name="images">float32 [B, 3, H, W], normalised.</param>
    /// <param name="stages">Takes the feature map after the stem and after every stage; null where nobody asks.</param>
    /// <returns>What the head reads, [B, <see cref="FeatureCount"/>].</returns>
    protected abstract Tensor Encode(Tensor images, List<Tensor>? stages);

    /// <inheritdoc/>
    protected sealed override ModelOutput Run(Tensor images)
    {
        List<Tensor> stages = [];
        var pooled = Encode(images, stages);
        return new ModelOutput(head[0].call(pooled), pooled, stages);
    }

    /// <inheritdoc/>
    public sealed override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return head[0].call(Encode(Input(images), null)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public sealed override Tensor Features(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Encode(Input(images), null).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public sealed override void ReplaceHead(int classes)
    {
        if (classes < 1)
            throw new ArgumentOutOfRangeException(nameof(classes), classes, $"{classes} classes; give 1 or more");
        var old = head[0];
        var fresh = makeHead(FeatureCount, classes).to(old.weight.dtype).to(old.weight.device);
        old.weight = fresh.weight;
        old.bias = fresh.bias;
        old.out_features = classes;
    }

    /// <summary>Makes the head; called once, by the constructor.</summary>
    /// <param name="key">Its key in the state dict, for instance <c>fc</c>; the subclass registers it where that has
    /// more than one part.</param>
    /// <param name="features">What it reads.</param>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="make">Makes it, and those that replace it, for features and classes; default: a linear layer as
    /// libtorch initialises it.</param>
    /// <param name="register">Whether it is registered here, under the key.</param>
    /// <returns>The head.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one class.</exception>
    protected Linear SetHead(string key, int features, int classes, Func<int, int, Linear>? make = null,
        bool register = true)
    {
        if (classes < 1)
            throw new ArgumentOutOfRangeException(nameof(classes), classes, $"{classes} classes; give 1 or more");
        makeHead = make ?? makeHead;
        return SetHead(key, makeHead(features, classes), register);
    }

    /// <summary>Takes a head that is already made.</summary>
    private protected Linear SetHead(string key, Linear made, bool register)
    {
        (headKey, head[0]) = (key, made);
        if (register)
            register_module(key, made);
        return made;
    }

    /// <summary>Keeps a stage's feature map where somebody asked for it.</summary>
    /// <param name="stage">The feature map.</param>
    /// <param name="stages">As <see cref="Encode"/> was given it.</param>
    /// <returns>The feature map.</returns>
    protected static Tensor Keep(Tensor stage, List<Tensor>? stages)
    {
        stages?.Add(stage);
        return stage;
    }
}
