using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.WeakToStrong;

/// <summary>Adaptive confidence: the teacher's soft label mixed with the student's own hard label by each sample's
/// β.</summary>
/// <remarks>
/// <para>L = w_labels·CE(p, y) + w·[(1−β(x))·τ²·KL(q^τ‖p^τ) + β(x)·CE(z_s, f̂)], with f̂ = argmax z_s, f̂_w = argmax
/// z_t and β(x) = e^{CE(z_s,f̂)/T} / (e^{CE(z_s,f̂)/T} + e^{CE(z_s,f̂_w)/T}), detached.</para>
/// <para>Both cross entropies share one normaliser, so β = σ((z_w − z_max)/T) exactly, with z_w = z_s[f̂_w] and z_max =
/// max z_s: computed so, β cannot overflow, never exceeds ½, and is ½ where the student's logit of the teacher's class
/// is its maximum. A student that is sure and disagrees has β near 0: it follows the teacher. That is the paper's
/// formula; see <see cref="BetaRule"/>.</para>
/// <para>Eq. 2 of Guo et al., arXiv 2402.03749, has CE(p, q) for the divergence, T = 1 and no labels:
/// <see cref="Paper"/>. The defaults are those of ggjy/vision_weak_to_strong.</para>
/// </remarks>
public sealed record AdaptConf : DistillationLoss, ICatalogued<LossEntry>
{
    /// <summary>Eq. 2 as printed: cross entropy to the soft weak label, T = 1, teacher only.</summary>
    public static AdaptConf Paper { get; } =
        new() { WeakTerm = WeakTerm.CrossEntropy, BetaTemperature = 1, LabelWeight = 0 };

    /// <summary>τ, which softens both networks' logits in the teacher's term.</summary>
    /// <value>1; 10 for few-shot.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public double Temperature { get; init => field = Option.Positive(value); } = 1;

    /// <summary>The temperature T, which softens β.</summary>
    /// <value>0.5; 4 for ImageNet with MAE, 8 and 0.25 for few-shot.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive; the limit T → 0 is
    /// <see cref="BetaRule.Gated"/>.</exception>
    public double BetaTemperature { get; init => field = Option.Positive(value); } = 0.5;

    /// <summary>The rule that gives β.</summary>
    /// <value>Adaptive.</value>
    public BetaRule Rule { get; init; }

    /// <summary>β of <see cref="BetaRule.Fixed"/>.</summary>
    /// <value>0.5.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double FixedBeta { get; init => field = Option.Fraction(value); } = 0.5;

    /// <summary>The fraction of the run over which β rises from 0.</summary>
    /// <value>0, no warm-up; 0.25 in the few-shot and noisy-label code.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double WarmUp { get; init => field = Option.Fraction(value); }

    /// <summary>Divergence, as in the code, or cross entropy, as in the paper.</summary>
    /// <value>Divergence.</value>
    public WeakTerm WeakTerm { get; init; }

    /// <inheritdoc/>
    public override string Name =>
        Rule == BetaRule.Adaptive ? "AdaptConf" : $"AdaptConf, {Rule.ToString().ToLowerInvariant()} β";

    /// <summary>β of the adaptive rule from the student's probabilities alone, because exp(CE) = 1/p.</summary>
    /// <param name="largest">p_max, the student's largest probability, above 0 and at most 1.</param>
    /// <param name="teacherClass">p_w, the student's probability of the teacher's class, 0 … p_max.</param>
    /// <param name="temperature">T, above 0.</param>
    /// <returns>p_w^(1/T) / (p_w^(1/T) + p_max^(1/T)), 0 … ½; ½ exactly where both agree.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public static double Beta(double largest, double teacherClass, double temperature)
    {
        Option.Positive(Option.Fraction(largest, nameof(largest)), nameof(largest));
        Option.Fraction(teacherClass, nameof(teacherClass));
        if (teacherClass > largest)
            throw new ArgumentOutOfRangeException(nameof(teacherClass), teacherClass, FormattableString.Invariant(
                $"teacherClass {teacherClass} is above the largest probability {largest}; give 0 to that"));
        return Trust(Math.Log(largest / teacherClass), Option.Positive(temperature, nameof(temperature)));
    }

    // σ(−lead/T), lead = z_max − z_w = log(p_max / p_w).
    private static double Trust(double lead, double temperature) => 1 / (1 + Math.Exp(lead / temperature));

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch)
    {
        var teacher = Teacher(student, batch);
        var beta = Beta(student, teacher, batch).Times(batch.Ramp(WarmUp));
        return new(
            new LossTerm("teacher", beta.OneMinus() * Distance(student, teacher, Temperature, WeakTerm)),
            new LossTerm("self", beta * student.CrossEntropy(student.Top)))
        {
            Diagnostics = [("beta", beta)],
        };
    }

    /// <inheritdoc/>
    public override bool HasClosedForm => true;

    /// <inheritdoc/>
    protected internal override void Teach(LogitSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var beta = Beta(sample) * sample.Ramp(WarmUp);
        sample.ToTeacher("teacher", 1 - beta, Temperature, WeakTerm);
        sample.ToClass("self", beta, sample.Top);
        sample.Watch("beta", beta);
    }

    private double Beta(LogitSample sample)
    {
        double lead = sample[sample.Top] - sample[sample.TeacherTop];
        return Rule switch
        {
            BetaRule.Adaptive => Trust(lead, BetaTemperature),
            BetaRule.Fixed => FixedBeta,
            BetaRule.Swapped => Trust(-lead, BetaTemperature),
            BetaRule.Gated => lead == 0 ? .5 : 0,
            BetaRule.Oracle => .5 + .5 * (Right(sample.Top) - Right(sample.TeacherTop)),
            _ => throw new InvalidOperationException(
                $"Rule {Rule} is no β rule; give one of {string.Join(", ", Enum.GetNames<BetaRule>())}"),
        };

        int Right(int said) => said == sample.Truth ? 1 : 0;
    }

    private Tensor Beta(Logits student, Logits teacher, LossBatch batch)
    {
        var z = student.Values.detach();
        var (zWeak, zMax) = (z.At(teacher.Top), z.At(student.Top));
        return Rule switch
        {
            BetaRule.Adaptive => (zWeak - zMax).Times(1 / BetaTemperature).sigmoid(),
            BetaRule.Fixed => zMax.Constant(FixedBeta),
            BetaRule.Swapped => (zMax - zWeak).Times(1 / BetaTemperature).sigmoid(),
            BetaRule.Gated => zWeak.eq(zMax).to_type(z.dtype).Times(0.5),
            BetaRule.Oracle => (Right(student, batch) - Right(teacher, batch)).Times(0.5).Plus(0.5),
            _ => throw new InvalidOperationException(
                $"Rule {Rule} is no β rule; give one of {string.Join(", ", Enum.GetNames<BetaRule>())}"),
        };
    }

    private static Tensor Right(Logits network, LossBatch batch) =>
        network.Top.eq(batch.Truth("AdaptConf with the oracle β")).to_type(ScalarType.Float64);

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new AdaptConf(), "weak to strong",
            @"(1-\beta)\,\tau^2\,\mathrm{KL}(q^\tau \Vert p^\tau) + \beta\,\mathrm{CE}(z_s, \hat f),"
            + @"\quad \beta = \sigma\left((z_s[\hat f_w] - \max z_s)/T\right)",
            "Guo et al., arXiv 2402.03749, Eq. 2 as in the code"),
        new(AdaptConf.Paper, "weak to strong",
            @"(1-\beta)\,\mathrm{CE}(z_s, q) + \beta\,\mathrm{CE}(z_s, \hat f),\quad T = 1",
            "Guo et al., arXiv 2402.03749, Eq. 2 as printed"),
        new(new AdaptConf { Rule = BetaRule.Fixed }, "control", @"\text{AdaptConf with } \beta = \tfrac12",
            "control asked for by reviewers of arXiv 2402.03749"),
        new(new AdaptConf { Rule = BetaRule.Swapped }, "control",
            @"\text{AdaptConf with } \beta = \sigma\left((\max z_s - z_s[\hat f_w])/T\right)",
            "control asked for by reviewers of arXiv 2402.03749"),
        new(new AdaptConf { Rule = BetaRule.Gated }, "control",
            @"\text{AdaptConf with } \beta = \tfrac12\,[\hat f = \hat f_w]", "the limit T → 0"),
        new(new AdaptConf { Rule = BetaRule.Oracle }, "control",
            @"\text{AdaptConf with } \beta = \tfrac12 + \tfrac12\left([\hat f = y] - [\hat f_w = y]\right)",
            "upper bound: knows who is right"),
    ];
}
