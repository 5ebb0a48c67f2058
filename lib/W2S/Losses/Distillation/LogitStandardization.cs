using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.Distillation;

/// <summary>Any loss on logits, after each sample's logits have been brought to mean 0 and standard deviation 1 in both
/// networks.</summary>
/// <remarks>
/// z' = (z − mean_c z) / (s + 10⁻⁷), s² = Σ_c (z_c − mean z)² / (C−1); then L = w_labels·CE(p, y) + w·L_inner(z'_s,
/// z'_t). The label part sees the raw logits. The student need no longer match the size of the teacher's logits, only
/// their ranking. Sun et al., Logit Standardization in Knowledge Distillation, CVPR 2024 (arXiv 2403.01427); weights of
/// its code for CIFAR-100 with KD at τ = 2.
/// </remarks>
public sealed record LogitStandardization() : DistillationLoss(labelWeight: 0.1, distillationWeight: 9)
{
    /// <summary>The loss on standardised logits; its own two weights are not used.</summary>
    /// <value>KD with τ = 2.</value>
    public DistillationLoss Inner { get; init; } = new Kd { Temperature = 2 };

    /// <inheritdoc/>
    public override string Name => $"{Inner.Name}, standardised logits";

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch) =>
        Inner.Teach(new Logits(Standard(student.Values)),
            batch with { TeacherLogits = Standard(Teacher(student, batch).Values) });

    private static Tensor Standard(Tensor z)
    {
        var centred = z - z.mean([1], keepdim: true);
        // Equal logits have no direction: without a floor the root's gradient is infinite there.
        var variance = centred.Squared().sum(1, keepdim: true).Times(1.0 / (z.shape[1] - 1)).AtLeast(1e-30);
        return centred / variance.sqrt().Plus(1e-7);
    }
}
