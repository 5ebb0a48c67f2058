using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Losses;

/// <summary>A training loss: an immutable record whose properties are its options.</summary>
public abstract record Loss
{
    /// <summary>The name that charts and tables show, for instance <c>AdaptConf</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="batch">Logits, labels and, where the loss needs them, features and the place in the run.</param>
    /// <returns>The total and its parts, owned by the current dispose scope.</returns>
    /// <exception cref="ArgumentException">The batch lacks something that this loss needs; the message says what.</exception>
    public abstract LossParts Compute(LossBatch batch);
}

/// <summary>What a loss may look at.</summary>
/// <param name="StudentLogits">[B, C], with gradient.</param>
public sealed record LossBatch(Tensor StudentLogits)
{
    /// <summary>[B, C]; a loss never sends gradient into them.</summary>
    public Tensor? TeacherLogits { get; init; }

    /// <summary>True (or noisy) labels: int64 [B], or a distribution float [B, C] (mixup). Null where only the teacher supervises.</summary>
    public Tensor? Labels { get; init; }

    /// <summary>A weight for each sample, float [B]; null counts all alike.</summary>
    public Tensor? Weights { get; init; }

    /// <summary>Where the run stands: epochs finished, from 0, fractions allowed.</summary>
    public double Epoch { get; init; }

    /// <summary>How many epochs the run has in all.</summary>
    public double Epochs { get; init; } = 1;

    /// <summary>The student's features (pooled and stages), for feature losses.</summary>
    public LossFeatures? StudentFeatures { get; init; }

    /// <summary>The teacher's features, for feature losses.</summary>
    public LossFeatures? TeacherFeatures { get; init; }
}

/// <summary>Features of one network for feature losses.</summary>
/// <param name="Pooled">[B, F].</param>
/// <param name="Stages">[B, c, h, w] after each stage.</param>
public sealed record LossFeatures(Tensor Pooled, IReadOnlyList<Tensor> Stages);

/// <summary>A loss and what it is made of.</summary>
/// <param name="Total">Scalar with gradient: the sum of the parts.</param>
/// <param name="Parts">Named scalars, weights already in them, so that they add up to the total.</param>
public sealed record LossParts(Tensor Total, IReadOnlyList<(string Name, Tensor Value)> Parts)
{
    /// <summary>The total of each sample, float [B], detached; null where the loss has no per-sample form.</summary>
    public Tensor? PerSample { get; init; }

    /// <summary>Quantities worth watching, detached, for instance <c>beta</c> [B].</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Diagnostics { get; init; } = [];
}
