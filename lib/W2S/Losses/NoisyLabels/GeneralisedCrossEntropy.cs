using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.NoisyLabels;

/// <summary>Generalised cross entropy: between cross entropy, which learns fast and memorises wrong labels, and the
/// mean absolute error, which does neither.</summary>
/// <remarks>
/// L = (1 − p_y^q)/q, or Σ_c y_c (1 − p_c^q)/q for a soft label y. Its gradient is that of the cross entropy times
/// p_y^q, so labels that the network finds unlikely pull less; q → 0 is the cross entropy, q = 1 half the absolute
/// error. Zhang and Sabuncu, NeurIPS 2018, arXiv 1805.07836, without its truncated form.
/// </remarks>
public sealed record GeneralisedCrossEntropy : Loss, ICatalogued<LossEntry>
{
    /// <summary>q.</summary>
    /// <value>0.7, as in the paper.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not in (0, 1].</exception>
    public double Q { get; init => field = Option.Positive(Option.Fraction(value)); } = 0.7;

    /// <inheritdoc/>
    public override string Name => "Generalised cross entropy";

    /// <inheritdoc/>
    public override LossParts Compute(LossBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        var powers = batch.Check().LogProbabilities().Times(Q).exp();
        var loss = batch.AtLabels(powers.OneMinus(), Name).Times(1 / Q);
        return LossParts.Of(batch, [new("labels", loss) { Weights = batch.Weights }]);
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new GeneralisedCrossEntropy(), "noisy labels", @"(1 - p_y^q)/q,\quad q = 0.7",
            "Zhang and Sabuncu, NeurIPS 2018, arXiv 1805.07836"),
    ];
}
