using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses;

/// <summary>Cross entropy to the labels alone: hard labels, or distributions (mixup), smoothed if asked.</summary>
/// <remarks>
/// L = −Σ_c y'_c log p_c with y' = (1−ε)·y + ε/C, where y is one-hot or the given distribution.
/// Label smoothing: Szegedy et al., CVPR 2016 (arXiv 1512.00567); soft targets: Zhang et al., mixup, ICLR 2018 (arXiv
/// 1710.09412).
/// </remarks>
public sealed record CrossEntropy : Loss, ICatalogued<LossEntry>
{
    /// <summary>ε, the mass spread evenly over all classes.</summary>
    /// <value>0.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Smoothing { get; init => field = Option.Fraction(value); }

    /// <inheritdoc/>
    public override string Name => Smoothing == 0 ? "Cross entropy" : "Label smoothing";

    /// <inheritdoc/>
    public override LossParts Compute(LossBatch batch)
    {
        using var scope = NewDisposeScope();
        var student = batch.Check();
        return LossParts.Of(batch,
            [new("labels", batch.LabelCrossEntropy(student, Name, Smoothing)) { Weights = batch.Weights }]);
    }

    /// <inheritdoc/>
    public override bool HasClosedForm => true;

    /// <inheritdoc/>
    protected internal override void Differentiate(LogitSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        sample.ToLabel("labels", 1, Smoothing);
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new CrossEntropy(), "labels", @"-\sum_c y_c \log p_c,\quad y \text{ one-hot or mixed}",
            "mixup: Zhang et al., ICLR 2018, arXiv 1710.09412"),
        new(new CrossEntropy { Smoothing = 0.1 }, "labels",
            @"-\sum_c y'_c \log p_c,\quad y' = (1-\varepsilon)\,y + \varepsilon/C",
            "Szegedy et al., CVPR 2016, arXiv 1512.00567"),
    ];
}
