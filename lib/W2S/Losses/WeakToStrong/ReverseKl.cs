using W2S.Torch;

namespace W2S.Losses.WeakToStrong;

/// <summary>Reverse divergence: the student settles on what the teacher deems likely instead of covering all of
/// it.</summary>
/// <remarks>
/// L = w·τ²·KL(p^τ‖q^τ) = w·τ²·Σ_c p_c (log p_c − log q_c). For a convex class of students with the target inside it,
/// the one that minimises it has at least the misfit to its teacher as gain over it; networks and probes need not.
/// Mulgund and Pabbaraju, ICML 2025 (arXiv 2501.19105); Yao et al., ACL Findings 2025 (arXiv 2502.11107). No labels
/// unless asked. A teacher's logit of −∞ makes it infinite, as the formula says.
/// </remarks>
public sealed record ReverseKl() : DistillationLoss(labelWeight: 0), ICatalogued<LossEntry>
{
    /// <summary>τ, which softens both networks' logits.</summary>
    /// <value>1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public double Temperature { get; init => field = Option.Positive(value); } = 1;

    /// <inheritdoc/>
    public override string Name => "Reverse KL";

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch)
    {
        var p = student.LogProbabilities(Temperature);
        var q = Teacher(student, batch).LogProbabilities(Temperature);
        return new(new LossTerm("teacher", Numerics.Dot(p.exp(), p - q).Times(Temperature * Temperature)));
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new ReverseKl(), "weak to strong", @"\tau^2\,\mathrm{KL}(p^\tau \Vert q^\tau)",
            "Mulgund and Pabbaraju, ICML 2025, arXiv 2501.19105"),
    ];
}
