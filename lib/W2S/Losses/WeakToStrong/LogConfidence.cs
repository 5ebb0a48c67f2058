using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.WeakToStrong;

/// <summary>How <see cref="LogConfidence"/> hardens the student's prediction.</summary>
public enum SelfLabel
{
    /// <summary>Two classes: class 0 where p_0 reaches the batch quantile at the weak labels' mean probability of class
    /// 1. The original.</summary>
    Threshold,

    /// <summary>argmax p, without balance: RAVEN's multi-class form.</summary>
    Argmax,

    /// <summary>Any number of classes, with as many samples of each as the weak labels say: see
    /// <see cref="BalancedLabels"/>.</summary>
    Balanced,
}

/// <summary>Auxiliary confidence loss: the weak label mixed with the student's own, hardened so that class frequencies
/// stay the weak labels'.</summary>
/// <remarks>
/// L = w·CE(p, (1−c)·q + c·onehot(f̂)), f̂ detached, c = c_max·ramp, ramp = min(1, s/ρ) at the fraction s of the run.
/// Burns et al., arXiv 2312.09390 (openai/weak-to-strong, <c>logconf_loss_fn</c>). No labels unless asked.
/// The balance keeps the student from the easy way to confidence, which is to call everything one class.
/// </remarks>
public sealed record LogConfidence() : DistillationLoss(labelWeight: 0), ICatalogued<LossEntry>
{
    /// <summary>How the student's own label is made.</summary>
    /// <value>Balanced, which for two classes is the original threshold.</value>
    public SelfLabel SelfLabel { get; init; } = SelfLabel.Balanced;

    /// <summary>c_max, the weight of the student's own label after the warm-up.</summary>
    /// <value>0.5.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Coefficient { get; init => field = Option.Fraction(value); } = 0.5;

    /// <summary>ρ, the fraction of the run over which c rises.</summary>
    /// <value>0.1; RAVEN takes 0.2.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double WarmUp { get; init => field = Option.Fraction(value); } = 0.1;

    /// <summary>Whether the ramp is the published code's, which rises to ρ only and then jumps to 1.</summary>
    /// <value>false.</value>
    public bool PublishedRamp { get; init; }

    /// <inheritdoc/>
    public override string Name => $"Log-confidence, {SelfLabel.ToString().ToLowerInvariant()}";

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch)
    {
        var coefficient = Coefficient * Ramp(batch.Epoch / batch.Epochs);
        var weak = Teacher(student, batch).Probabilities();
        var own = nn.functional.one_hot(SelfLabels(student, weak), student.Classes).to_type(ScalarType.Float64);
        var target = weak.Times(1 - coefficient).Plus(own.Times(coefficient));
        return new(new LossTerm("teacher",
            student.CrossEntropyTo(target)))
        { Diagnostics = [("coefficient", tensor(coefficient))] };
    }

    /// <inheritdoc/>
    public override bool HasClosedForm => SelfLabel == SelfLabel.Argmax; // the others count classes over the batch

    /// <inheritdoc/>
    protected internal override void Teach(LogitSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var coefficient = Coefficient * Ramp(sample.Epoch / sample.Epochs);
        sample.ToTeacher("teacher", 1 - coefficient, form: WeakTerm.CrossEntropy);
        sample.ToClass("teacher", coefficient, sample.Top);
        sample.Watch("coefficient", coefficient);
    }

    private double Ramp(double run) =>
        run > WarmUp || WarmUp == 0 ? 1 : PublishedRamp ? run : run / WarmUp;

    private Tensor SelfLabels(Logits student, Tensor weak) => SelfLabel switch
    {
        SelfLabel.Argmax => student.Top,
        SelfLabel.Balanced => BalancedLabels.Of(student.LogProbabilities().detach(), weak),
        SelfLabel.Threshold when student.Classes == 2 =>
            BalancedLabels.Threshold(student.LogProbabilities().detach(), weak),
        SelfLabel.Threshold =>
            throw new ArgumentException(
                $"the threshold form is for 2 classes and there are {student.Classes}; give SelfLabel Balanced or "
                + "Argmax"),
        _ => throw new InvalidOperationException(
            $"SelfLabel {SelfLabel} is none of {string.Join(", ", Enum.GetNames<SelfLabel>())}"),
    };

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new LogConfidence(), "weak to strong",
            @"\mathrm{CE}(z_s, (1-c)\,q + c\,\hat f_b),\quad \hat f_b = \arg\max_k (\log p_k + b_k),"
            + @"\ \#\hat f_b \approx \textstyle\sum_i q_i",
            "Burns et al., arXiv 2312.09390; the multi-class balance is this library's"),
        new(new LogConfidence { SelfLabel = SelfLabel.Argmax }, "weak to strong",
            @"\mathrm{CE}(z_s, (1-c)\,q + c\,\hat f)",
            "Burns et al., arXiv 2312.09390; multi-class as in arXiv 2510.21332"),
        new(new LogConfidence { SelfLabel = SelfLabel.Threshold }, "weak to strong",
            @"\mathrm{CE}(z_s, (1-c)\,q + c\,[p_0 \ge t]),\quad t = \text{quantile of } p_0 \text{ at } \bar q_1",
            "Burns et al., arXiv 2312.09390"),
    ];
}
