using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace W2S.Models;

/// <summary>An image classifier whose features can be read without taking it apart.</summary>
/// <param name="name">Its field name, for instance <c>resnet20</c>; also the module's name.</param>
public abstract class ImageModel(string name) : Module<Tensor, Tensor>(name)
{
    /// <summary>Its field name, for instance <c>resnet20</c>.</summary>
    public string ModelName { get; } = name;

    /// <summary>How many classes the head tells apart.</summary>
    public abstract int Classes { get; }

    /// <summary>Length of the pooled feature before the head.</summary>
    public abstract int FeatureCount { get; }

    /// <summary>Runs the network and keeps what lies on the way.</summary>
    /// <param name="images">float32 [B, 3, H, W], normalised.</param>
    /// <returns>Logits, pooled feature and the feature map after every stage.</returns>
    public abstract ModelOutput ForwardFeatures(Tensor images);

    /// <summary>The logits.</summary>
    /// <param name="images">float32 [B, 3, H, W], normalised.</param>
    /// <returns>[B, <see cref="Classes"/>].</returns>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return ForwardFeatures(images).Logits.MoveToOuterDisposeScope();
    }

    /// <summary>The pooled feature before the head.</summary>
    /// <param name="images">float32 [B, 3, H, W], normalised.</param>
    /// <returns>[B, <see cref="FeatureCount"/>].</returns>
    public Tensor Features(Tensor images)
    {
        using var scope = NewDisposeScope();
        return ForwardFeatures(images).Pooled.MoveToOuterDisposeScope();
    }
}

/// <summary>What a forward pass yields.</summary>
/// <param name="Logits">[B, C].</param>
/// <param name="Pooled">[B, F], what the head reads.</param>
/// <param name="Stages">A feature map [B, c, h, w] (or tokens [B, t, d]) after the stem and after every stage, in order.</param>
public sealed record ModelOutput(Tensor Logits, Tensor Pooled, IReadOnlyList<Tensor> Stages);
