using static TorchSharp.torch;

namespace W2S.Losses;

/// <summary>One part of a loss before the mean over the batch.</summary>
/// <param name="Name">The part's name, for instance <c>teacher</c>.</param>
/// <param name="Value">[B], a value for each sample; or a scalar, where the term exists for the batch as a whole
/// only.</param>
public readonly record struct LossTerm(string Name, Tensor Value)
{
    /// <summary>A weight for each sample, [B]: the part is Σwℓ / Σw.</summary>
    /// <value>Null: all samples count alike.</value>
    public Tensor? Weights { get; init; }
}

/// <summary>What the teacher (or a stand-in for it) contributes to a loss.</summary>
/// <param name="Terms">The parts, not yet multiplied by the loss's distillation weight.</param>
public sealed record TeacherTerms(params IReadOnlyList<LossTerm> Terms)
{
    /// <summary>Quantities worth watching, detached.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Diagnostics { get; init; } = [];
}
