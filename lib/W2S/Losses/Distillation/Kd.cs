using W2S.Torch;

namespace W2S.Losses.Distillation;

/// <summary>Knowledge distillation: the divergence from the teacher's softened distribution.</summary>
/// <remarks>
/// L = w_labels·CE(p, y) + w·τ²·KL(q^τ‖p^τ), with q^τ = softmax(z_t/τ) and p^τ = softmax(z_s/τ).
/// Hinton, Vinyals, Dean, arXiv 1503.02531; weights and τ as in ggjy/vision_weak_to_strong.
/// </remarks>
public sealed record Kd : DistillationLoss, ICatalogued<LossEntry>
{
    /// <summary>τ, which softens both networks' logits.</summary>
    /// <value>1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public double Temperature { get; init => field = Option.Positive(value); } = 1;

    /// <inheritdoc/>
    public override string Name => "KD";

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch) =>
        new(new LossTerm("teacher", Distance(student, Teacher(student, batch), Temperature)));

    /// <inheritdoc/>
    public override bool HasClosedForm => true;

    /// <inheritdoc/>
    protected internal override void Teach(LogitSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        sample.ToTeacher("teacher", 1, Temperature);
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new Kd(), "distillation", @"\tau^2\,\mathrm{KL}(q^\tau \Vert p^\tau)", "Hinton et al., arXiv 1503.02531"),
    ];
}
