using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.Distillation;

/// <summary>The class that <see cref="Dkd"/> sets apart.</summary>
public enum DkdTarget
{
    /// <summary>The label where labels supervise, the teacher's most likely class where only the teacher does: no truth
    /// leaks in.</summary>
    Supervision,

    /// <summary>The label, whatever its weight.</summary>
    Labels,

    /// <summary>The teacher's most likely class.</summary>
    Teacher,
}

/// <summary>Decoupled distillation: how sure the teacher is of the target class, and how it ranks the others, weighted
/// apart.</summary>
/// <remarks>
/// L = w_labels·CE(p, y) + w·τ²·[α·KL(b_t‖b_s) + β·KL(q̃‖p̃)], with b = (p^τ_k, 1 − p^τ_k) and q̃, p̃ the softmax at τ
/// over the classes other than k. Zhao et al., CVPR 2022 (arXiv 2203.08679). Class k is masked out; the public code
/// lowers its logit by 1000 instead, which is the same for logits below that.
/// </remarks>
public sealed record Dkd : DistillationLoss, ICatalogued<LossEntry>
{
    /// <summary>α, the weight of the target-class term.</summary>
    /// <value>1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double Alpha { get; init => field = Option.NotNegative(value); } = 1;

    /// <summary>β, the weight of the term over the other classes.</summary>
    /// <value>2; 8 for many CIFAR-100 pairs.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double Beta { get; init => field = Option.NotNegative(value); } = 2;

    /// <summary>τ, which softens both networks' logits.</summary>
    /// <value>1; 4 in the paper.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public double Temperature { get; init => field = Option.Positive(value); } = 1;

    /// <summary>The class that counts as the target k.</summary>
    /// <value>Supervision.</value>
    public DkdTarget Target { get; init; }

    /// <inheritdoc/>
    public override string Name => "DKD";

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch)
    {
        var teacher = Teacher(student, batch);
        var k = TargetOf(student, teacher, batch);
        var (p, q) = (Split(student, k), Split(teacher, k));
        var target = (q.Target.exp() * (q.Target - p.Target)).Plus(
            q.Without.exp() * (q.Without.Finite() - p.Without.Finite()));
        var others = Numerics.Dot(q.Others.exp(), q.Others.Finite() - p.Others.Finite());
        return new(new LossTerm("teacher",
            target.Times(Alpha).Plus(others.Times(Beta)).Times(Temperature * Temperature)));
    }

    private Tensor TargetOf(Logits student, Logits teacher, LossBatch batch) => Target switch
    {
        DkdTarget.Labels when batch.Labels is null =>
            throw new ArgumentException(
                "DKD with Target Labels needs labels and the batch has none; give Labels or Target Teacher",
                nameof(batch)),
        DkdTarget.Supervision when batch.Labels is null || LabelWeight == 0 => teacher.Top,
        DkdTarget.Teacher => teacher.Top,
        _ => batch.LabelClasses(Name),
    };

    /// <summary>log p_k [B], log(1 − p_k) [B] and the log distribution over the classes other than k [B, C], −∞ at
    /// k.</summary>
    private (Tensor Target, Tensor Without, Tensor Others) Split(Logits logits, Tensor k)
    {
        var all = logits.LogProbabilities(Temperature);
        var target = all.At(k);
        var others = all.scatter(1, k.unsqueeze(1), target.detach().Constant(double.NegativeInfinity).unsqueeze(1));
        var without = others.logsumexp(1);
        return (target, without, others - without.unsqueeze(1));
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new Dkd(), "distillation",
            @"\tau^2\left[\alpha\,\mathrm{KL}(b_t \Vert b_s) + \beta\,\mathrm{KL}(\tilde q \Vert \tilde p)\right],"
            + @"\quad b = (p^\tau_k,\ 1-p^\tau_k)",
            "Zhao et al., CVPR 2022, arXiv 2203.08679"),
    ];
}
