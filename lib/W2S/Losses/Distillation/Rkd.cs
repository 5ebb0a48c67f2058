using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.Distillation;

/// <summary>Relational distillation: distances between samples and angles among three of them, in place of the features
/// themselves.</summary>
/// <remarks>
/// <para>L = w_labels·CE(p, y) + w·[25·ℓ_D + 50·ℓ_A] on the pooled features f: D_ij = ‖f_i − f_j‖ over the mean of its
/// positive entries, A_ijk = e_ij·e_ik with e_ij = (f_j − f_i)/‖f_j − f_i‖; ℓ is the mean of the smooth-L1 distance
/// (½d² below 1, |d| − ½ above) over all entries. Squared distances are kept above 10⁻¹², the diagonal of D is
/// 0.</para>
/// <para>Park et al., CVPR 2019 (arXiv 1904.05068); weights of megvii-research/mdistiller and
/// ggjy/vision_weak_to_strong. Samples are coupled: there is no loss per sample, and weights do not reach it. Memory
/// grows with B²·(F + B).</para>
/// </remarks>
public sealed record Rkd : DistillationLoss, ICatalogued<LossEntry>
{
    /// <summary>The weight of the distances.</summary>
    /// <value>25.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double DistanceWeight { get; init => field = Option.NotNegative(value); } = 25;

    /// <summary>The weight of the angles.</summary>
    /// <value>50.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double AngleWeight { get; init => field = Option.NotNegative(value); } = 50;

    /// <inheritdoc/>
    public override string Name => "RKD";

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch)
    {
        var (own, teacher) = FeatureLoss.Both(batch, Name);
        var (s, t) = (own.Pooled.flatten(1).Wide(), teacher.Pooled.flatten(1).Wide().to_type(own.Pooled.Wide().dtype));
        return new(
            new LossTerm("distance", nn.functional.smooth_l1_loss(Distances(s), Distances(t)).Times(DistanceWeight)),
            new LossTerm("angle", nn.functional.smooth_l1_loss(Angles(s), Angles(t)).Times(AngleWeight)));
    }

    private static Tensor Distances(Tensor f)
    {
        var squares = f.Squared().sum(1);
        var d = (squares.unsqueeze(1).Plus(squares.unsqueeze(0)) - f.mm(f.t()).Times(2)).AtLeast(1e-12).sqrt();
        d = d * eye(f.shape[0], dtype: f.dtype, device: f.device).OneMinus();
        var positive = f.shape[0] * (f.shape[0] - 1);
        return d / d.sum().Times(1.0 / Math.Max(1, positive)).AtLeast(1e-12);
    }

    private static Tensor Angles(Tensor f)
    {
        var e = nn.functional.normalize(f.unsqueeze(0) - f.unsqueeze(1), p: 2, dim: 2);
        return e.bmm(e.transpose(1, 2));
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new Rkd(), "distillation",
            @"25\,\overline{\ell(D_s, D_t)} + 50\,\overline{\ell(A_s, A_t)},\quad \ell \text{ smooth } L_1",
            "Park et al., CVPR 2019, arXiv 1904.05068"),
    ];
}
