using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.Distillation;

/// <summary>DIST: the student need only correlate with the teacher, over the classes of each sample and over the
/// samples of each class.</summary>
/// <remarks>
/// L = w_labels·CE(p, y) + w·τ²·[β·(1 − mean_i ρ(p_i, q_i)) + γ·(1 − mean_c ρ(p_·c, q_·c))], with ρ Pearson's
/// correlation (10⁻⁸ added to the product of norms) and p, q at τ.
/// Huang et al., Knowledge Distillation from A Stronger Teacher, NeurIPS 2022 (arXiv 2205.10536; hunto/DIST_KD, whose
/// defaults these are). The second term couples the samples: there is no loss per sample, and weights do not reach it.
/// </remarks>
public sealed record Dist : DistillationLoss
{
    /// <summary>β, the weight of the correlation over classes.</summary>
    /// <value>1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double Beta { get; init => field = Option.NotNegative(value); } = 1;

    /// <summary>γ, the weight of the correlation over samples.</summary>
    /// <value>1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double Gamma { get; init => field = Option.NotNegative(value); } = 1;

    /// <summary>τ, which softens both networks' logits.</summary>
    /// <value>1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public double Temperature { get; init => field = Option.Positive(value); } = 1;

    /// <inheritdoc/>
    public override string Name => "DIST";

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch)
    {
        var p = student.Probabilities(Temperature);
        var q = Teacher(student, batch).Probabilities(Temperature);
        var scale = Temperature * Temperature;
        return new(
            new LossTerm("inter", Correlation(p, q, 1).OneMinus().Times(Beta * scale)),
            new LossTerm("intra", Correlation(p, q, 0).mean().OneMinus().Times(Gamma * scale)));
    }

    private static Tensor Correlation(Tensor x, Tensor y, long along)
    {
        x = x - x.mean([along], keepdim: true);
        y = y - y.mean([along], keepdim: true);
        return x.mul(y).sum(along) / Norm(x).mul(Norm(y)).Plus(1e-8);

        Tensor Norm(Tensor t) => linalg.vector_norm(t, ord: 2, dims: [along]);
    }
}
