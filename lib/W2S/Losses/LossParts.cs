using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses;

/// <summary>A loss and what it is made of.</summary>
/// <param name="Total">Scalar with gradient: the sum of the parts.</param>
/// <param name="Parts">Named scalars, weights already in them, so that they add up to the total.</param>
public sealed record LossParts(Tensor Total, IReadOnlyList<(string Name, Tensor Value)> Parts)
{
    /// <summary>The total of each sample before <see cref="LossBatch.Weights"/>, float [B], detached; null where the
    /// loss has no per-sample form.</summary>
    public Tensor? PerSample { get; init; }

    /// <summary>Quantities worth watching, detached, for instance <c>beta</c> [B].</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Diagnostics { get; init; } = [];

    /// <summary>Turns terms into parts: the weighted mean of each over the batch, and their sum. Called last, inside
    /// the dispose scope of <see cref="Loss.Compute"/>.</summary>
    /// <param name="batch">The batch, for the type of the results.</param>
    /// <param name="terms">One or more, in float64.</param>
    /// <param name="diagnostics">Quantities worth watching.</param>
    /// <returns>The loss, owned by the scope around that one.</returns>
    public static LossParts Of(LossBatch batch, IReadOnlyList<LossTerm> terms,
        params IReadOnlyList<(string Name, Tensor Value)> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(terms);
        var type = batch.StudentLogits.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var means = terms.Select(x => (x.Name, Value: x.Value.WeightedMean(x.Weights))).ToList();
        var total = means.Select(x => x.Value).Aggregate((a, b) => a.Plus(b));
        var samples = terms.All(x => x.Value.dim() == 1)
            ? terms.Select(x => x.Value.detach()).Aggregate((a, b) => a.Plus(b))
            : null;
        return new LossParts(Give(total), [.. means.Select(x => (x.Name, Give(x.Value)))])
        {
            PerSample = samples is null ? null : Give(samples),
            Diagnostics = [.. diagnostics.Select(x => (x.Name, Give(x.Value.detach())))],
        };

        Tensor Give(Tensor value) => value.to_type(type).alias().MoveToOuterDisposeScope();
    }

    /// <summary>The same, owned by the scope around the current one.</summary>
    internal LossParts MoveToOuterDisposeScope()
    {
        Total.MoveToOuterDisposeScope();
        PerSample?.MoveToOuterDisposeScope();
        foreach (var (_, value) in Parts.Concat(Diagnostics)) value.MoveToOuterDisposeScope();
        return this;
    }
}
