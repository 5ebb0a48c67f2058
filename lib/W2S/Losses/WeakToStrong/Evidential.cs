using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.WeakToStrong;

/// <summary>Evidential loss: logits are evidence for a Dirichlet distribution, which stays flat where evidence is
/// thin.</summary>
/// <remarks>
/// <para>With e = relu(z), α = e + 1, S = Σα: EDL(y) = Σ_k y_k (log S − log α_k) + λ·KL(Dir(α̃)‖Dir(1)), α̃ = y +
/// (1−y)·α (type II maximum likelihood, then a penalty on evidence for other classes), λ rising with the run.
/// L = w·[(1−γ)·EDL(teacher's label) + γ·EDL(student's own label)].</para>
/// <para>Sensoy et al., NeurIPS 2018 (arXiv 1806.01768); for weak-to-strong: Cui et al., Bayesian WeakS-to-Strong,
/// arXiv 2406.03199, as in mlbio-epfl/raven. KL(Dir(α̃)‖Dir(1)) = log Γ(S̃) − Σ log Γ(α̃_k) − log Γ(C) + Σ (α̃_k −
/// 1)(ψ(α̃_k) − ψ(S̃)). No labels unless asked.</para>
/// </remarks>
public sealed record Evidential() : DistillationLoss(labelWeight: 0), ICatalogued<LossEntry>
{
    /// <summary>γ, the weight of the student's own label.</summary>
    /// <value>0.5.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Gamma { get; init => field = Option.Fraction(value); } = 0.5;

    /// <summary>The fraction of the run over which λ rises from 0 to <see cref="Penalty"/>.</summary>
    /// <value>1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Annealing { get; init => field = Option.Fraction(value); } = 1;

    /// <summary>λ at the end of the annealing.</summary>
    /// <value>1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double Penalty { get; init => field = Option.NotNegative(value); } = 1;

    /// <summary>Whether the teacher's label is its distribution instead of its most likely class.</summary>
    /// <value>false.</value>
    public bool Soft { get; init; }

    /// <inheritdoc/>
    public override string Name => "Evidential";

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch)
    {
        var teacher = Teacher(student, batch);
        var penalty = Penalty * (Annealing == 0 ? 1 : Math.Min(1, batch.Epoch / batch.Epochs / Annealing));
        var alpha = student.Values.relu().Plus(1);
        var weak = Soft ? teacher.Probabilities() : OneHot(teacher.Top);
        return new(
            new LossTerm("teacher", Edl(alpha, weak, penalty).Times(1 - Gamma)),
            new LossTerm("self", Edl(alpha, OneHot(student.Top), penalty).Times(Gamma)));

        Tensor OneHot(Tensor classes) => nn.functional.one_hot(classes, student.Classes).to_type(ScalarType.Float64);
    }

    private static Tensor Edl(Tensor alpha, Tensor y, double penalty)
    {
        var fit = Numerics.Dot(y, alpha.sum(1, keepdim: true).log() - alpha.log());
        return penalty == 0 ? fit : fit.Plus(ToUniform(y.Plus(y.OneMinus() * alpha)).Times(penalty));
    }

    private static Tensor ToUniform(Tensor alpha)
    {
        var sum = alpha.sum(1, keepdim: true);
        var flat = lgamma(tensor((double)alpha.shape[1]));
        return (lgamma(sum).squeeze(1) - lgamma(alpha).sum(1) - flat).Plus(
            (alpha.Plus(-1) * (digamma(alpha) - digamma(sum))).sum(1));
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new Evidential(), "weak to strong",
            @"(1-\gamma)\,\mathrm{EDL}(\hat f_w) + \gamma\,\mathrm{EDL}(\hat f),\quad \mathrm{EDL}(y) = "
            + @"\log S - \log\alpha_y + \lambda\,\mathrm{KL}(\mathrm{Dir}(\tilde\alpha) \Vert \mathrm{Dir}(1))",
            "Cui et al., arXiv 2406.03199"),
    ];
}
