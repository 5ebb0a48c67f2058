using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.WeakToStrong;

/// <summary>Augmented confidence: the teacher's soft label mixed, by one number for all samples, with the student's own
/// hard label.</summary>
/// <remarks>
/// L = w_labels·CE(p, y) + w·[(1−α)·τ²·KL(q^τ‖p^τ) + α·CE(z_s, argmax z_s)], with α = α_max·e / (ρE) while e &lt; ⌊ρE⌋,
/// then α_max, where e counts epochs from 0 and E is their number.
/// Eq. 1 of Guo et al., arXiv 2402.03749, after Burns et al., arXiv 2312.09390; defaults of ggjy/vision_weak_to_strong.
/// </remarks>
public sealed record AugConf : DistillationLoss, ICatalogued<LossEntry>
{
    /// <summary>α_max, the weight of the student's own label after the warm-up.</summary>
    /// <value>0.5.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Alpha { get; init => field = Option.Fraction(value); } = 0.5;

    /// <summary>ρ, the fraction of the run over which α rises.</summary>
    /// <value>0.3.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double WarmUp { get; init => field = Option.Fraction(value); } = 0.3;

    /// <summary>τ, which softens both networks' logits.</summary>
    /// <value>1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public double Temperature { get; init => field = Option.Positive(value); } = 1;

    /// <summary>Divergence, as in the code, or cross entropy, as in the paper.</summary>
    /// <value>Divergence.</value>
    public WeakTerm WeakTerm { get; init; }

    /// <inheritdoc/>
    public override string Name => "AugConf";

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch)
    {
        var alpha = Alpha * batch.Ramp(WarmUp);
        var weak = Distance(student, Teacher(student, batch), Temperature, WeakTerm);
        return new(
            new LossTerm("teacher", weak.Times(1 - alpha)),
            new LossTerm("self", student.CrossEntropy(student.Top).Times(alpha)))
        {
            Diagnostics = [("alpha", tensor(alpha))],
        };
    }

    /// <inheritdoc/>
    public override bool HasClosedForm => true;

    /// <inheritdoc/>
    protected internal override void Teach(LogitSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var alpha = Alpha * sample.Ramp(WarmUp);
        sample.ToTeacher("teacher", 1 - alpha, Temperature, WeakTerm);
        sample.ToClass("self", alpha, sample.Top);
        sample.Watch("alpha", alpha);
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new AugConf(), "weak to strong",
            @"(1-\alpha)\,\tau^2\,\mathrm{KL}(q^\tau \Vert p^\tau) + \alpha\,\mathrm{CE}(z_s, \hat f)",
            "Guo et al., arXiv 2402.03749, Eq. 1"),
    ];
}
