using TorchSharp;
using TorchSharp.Modules;
using W2S.Models.Blocks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>A network that ends in one linear layer, which can be exchanged for another number of classes.</summary>
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
    public sealed override ModelOutput ForwardFeatures(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        using var scope = NewDisposeScope();
        List<Tensor> stages = [];
        var pooled = Encode(Laid(images), stages);
        var logits = head[0].call(pooled);
        foreach (var stage in stages)
            stage.MoveToOuterDisposeScope();
        return new ModelOutput(logits.MoveToOuterDisposeScope(), pooled.MoveToOuterDisposeScope(), stages);
    }

    /// <inheritdoc/>
    public sealed override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return head[0].call(Encode(Laid(images), null)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public sealed override Tensor Features(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Encode(Laid(images), null).MoveToOuterDisposeScope();
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

    // A network that does not take channels-last images gets them in the plain layout; folded, each does.
    private Tensor Laid(Tensor images) =>
        TakesChannelsLast || FoldedNorms.InUse is not null || images.device_type != DeviceType.CPU ? images : images.contiguous();

    /// <summary>Makes the head; the subclass registers it where the key has more than one part.</summary>
    private protected Linear SetHead(string key, int features, int classes, Func<int, int, Linear>? make = null,
        bool register = true)
    {
        if (classes < 1)
            throw new ArgumentOutOfRangeException(nameof(classes), classes, $"{classes} classes; give 1 or more");
        makeHead = make ?? makeHead;
        headKey = key;
        head[0] = makeHead(features, classes);
        if (register)
            register_module(key, head[0]);
        return head[0];
    }

    /// <summary>Keeps a stage's feature map where somebody asked for it.</summary>
    private protected static Tensor Keep(Tensor stage, List<Tensor>? stages)
    {
        stages?.Add(stage);
        return stage;
    }
}
