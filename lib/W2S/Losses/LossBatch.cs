using TorchSharp;
using W2S.Selection;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses;

/// <summary>What a loss may look at.</summary>
/// <param name="StudentLogits">[B, C], with gradient.</param>
public sealed record LossBatch(Tensor StudentLogits)
{
    /// <summary>[B, C]; a loss never sends gradient into them. −∞ is a class of probability 0.</summary>
    public Tensor? TeacherLogits { get; init; }

    /// <summary>True (or noisy) labels: int64 [B], or a distribution float [B, C] (mixup). Null where only the teacher
    /// supervises.</summary>
    public Tensor? Labels { get; init; }

    /// <summary>[B, C]: the student's own logits on the plain images, unaugmented and unmixed, for losses that ask for
    /// them (<see cref="Loss.NeedsPlain"/>).</summary>
    public Tensor? PlainLogits { get; init; }

    /// <summary>λ, each image's own share in a mixed batch, whose partners are the batch in reverse order; null where
    /// images are not mixed.</summary>
    public double? Lambda { get; init; }

    /// <summary>The truth, int64 [B], for oracle controls alone; null where it is unknown or <see cref="Labels"/> are
    /// it.</summary>
    public Tensor? TrueLabels { get; init; }

    /// <summary>A weight for each sample, float [B]; null counts all alike. A mean is Σwℓ / Σw, and 0 where Σw =
    /// 0.</summary>
    public Tensor? Weights { get; init; }

    /// <summary>
    /// A weight for each sample's weak label, float [B], on top of <see cref="Weights"/>; null counts all alike.
    /// The label part does not see it, so a weak label can be dropped where the true one stays.
    /// </summary>
    public Tensor? TeacherWeights { get; init; }

    /// <summary>Where the run stands: epochs finished, from 0, fractions allowed.</summary>
    public double Epoch { get; init; }

    /// <summary>How many epochs the run has in all.</summary>
    public double Epochs { get; init; } = 1;

    /// <summary>At how many validations so far the student has been more accurate than the teacher, for early-stopped
    /// distillation.</summary>
    public int TeacherBeaten { get; init; }

    /// <summary>The student's features (pooled and stages), for feature losses.</summary>
    public LossFeatures? StudentFeatures { get; init; }

    /// <summary>The teacher's features, for feature losses.</summary>
    public LossFeatures? TeacherFeatures { get; init; }

    /// <summary>The learnable part of the loss, as its <see cref="ILearnableLoss.CreateModule"/> made it; null for the
    /// others.</summary>
    public nn.Module? Module { get; init; }

    /// <summary>Whether teacher's logits, labels and weights fit the student's logits; every loss of this library asks
    /// first.</summary>
    /// <remarks>Class numbers are looked at on the CPU alone: elsewhere reading them would make every step wait, and
    /// they are checked where they enter, by <see cref="Data.ImageSet"/> and the trainers.</remarks>
    /// <returns>The student's logits for a formula.</returns>
    /// <exception cref="ArgumentException">A shape or type does not fit, or a label is outside the classes; the message
    /// names it, its value and the cure.</exception>
    public Logits Check()
    {
        var student = new Logits(StudentLogits);
        var (samples, classes) = (StudentLogits.shape[0], student.Classes);
        if (TeacherLogits is { } teacher)
            Checks.SameSize(StudentLogits, teacher, nameof(StudentLogits), nameof(TeacherLogits));
        if (Labels is { } labels)
        {
            if (labels.dim() == 1 && !labels.is_floating_point())
                Checks.StepLabels(labels, samples, classes, nameof(Labels));
            else Checks.StepDistribution(labels, samples, classes, nameof(Labels));
        }
        if (TrueLabels is { } truth) Checks.StepLabels(truth, samples, classes, nameof(TrueLabels));
        if (Weights is { } weights) Checks.StepWeights(weights, samples, nameof(Weights));
        if (TeacherWeights is { } weak) Checks.StepWeights(weak, samples, nameof(TeacherWeights));
        Here(TeacherLogits, nameof(TeacherLogits));
        Here(Labels, nameof(Labels));
        Here(TrueLabels, nameof(TrueLabels));
        Here(Weights, nameof(Weights));
        Here(TeacherWeights, nameof(TeacherWeights));
        return student;

        void Here(Tensor? other, string name)
        {
            if (other is not null
                && (other.device_type != StudentLogits.device_type || other.device_index != StudentLogits.device_index))
                throw new ArgumentException(
                    $"{name} lie on {other.device} and the student's logits on {StudentLogits.device}; bring both to "
                    + "one device");
        }
    }

    /// <summary>Selects among the batch's weak labels, with the student as it is now.</summary>
    /// <param name="selection">Which weak labels to trust.</param>
    /// <returns>The batch with changed <see cref="TeacherLogits"/> and <see cref="TeacherWeights"/>.</returns>
    /// <exception cref="ArgumentException">There are no teacher logits, or the measure asks for augmented views, which
    /// no batch has.</exception>
    public LossBatch Select(LabelSelection selection)
    {
        ArgumentNullException.ThrowIfNull(selection);
        if (selection.Measure == Confidence.ViewAgreement)
        {
            throw new ArgumentException(
                $"a batch has no augmented views for {selection.Measure}; call "
                + $"{nameof(LabelSelection)}.{nameof(selection.Select)} " +
                "with them before training, and train with its logits and weights", nameof(selection));
        }
        if (TeacherLogits is null)
            throw new ArgumentException(
                "a label selection needs weak labels and the batch has none; give TeacherLogits");
        Check();
        var selected = selection.Choose(TeacherLogits, StudentLogits, null);
        return this with
        {
            TeacherLogits = selected.Logits,
            TeacherWeights = TeacherWeights is { } weights ? weights * selected.Weights : selected.Weights,
        };
    }

    /// <summary>A value for each class, taken at the label; or its mean under a soft label, Σ_c y_c v_c.</summary>
    /// <param name="values">v, float64 [B, C].</param>
    /// <param name="who">The loss that asks, for the message.</param>
    /// <returns>[B], float64.</returns>
    /// <exception cref="ArgumentException">There are no labels.</exception>
    public Tensor AtLabels(Tensor values, string who)
    {
        ArgumentNullException.ThrowIfNull(values);
        var labels = Given(who);
        return labels.dim() == 1 ? values.At(labels.to_type(ScalarType.Int64))
            : Numerics.Dot(labels.detach().to_type(ScalarType.Float64), values);
    }

    /// <summary>Cross entropy of a network's logits to <see cref="Labels"/>: −Σ_c y'_c log p_c with y' = (1−ε)·y +
    /// ε/C, y one-hot or the given distribution.</summary>
    /// <param name="network">The student's logits as <see cref="Check"/> returned them, or the teacher's.</param>
    /// <param name="who">The loss that asks, for the message.</param>
    /// <param name="smoothing">ε, 0 … 1.</param>
    /// <returns>[B], float64.</returns>
    /// <exception cref="ArgumentException">There are no labels.</exception>
    public Tensor LabelCrossEntropy(Logits network, string who, double smoothing = 0)
    {
        ArgumentNullException.ThrowIfNull(network);
        var plain = AtLabels(network.LogProbabilities(), who).neg();
        return smoothing == 0 ? plain
            : plain.Times(1 - smoothing) - network.LogProbabilities().mean([1]).Times(smoothing);
    }

    /// <summary>The class of each label: the label itself, or the most likely class of a soft one.</summary>
    /// <param name="who">The loss that asks, for the message.</param>
    /// <returns>int64 [B].</returns>
    /// <exception cref="ArgumentException">There are no labels.</exception>
    public Tensor LabelClasses(string who)
    {
        var labels = Given(who);
        return labels.dim() == 1 ? labels.to_type(ScalarType.Int64)
            : labels.detach().to_type(ScalarType.Float64).argmax(1);
    }

    /// <summary>The true classes: <see cref="TrueLabels"/>, or hard <see cref="Labels"/> where there are
    /// none.</summary>
    /// <param name="who">The loss that asks, for the message.</param>
    /// <returns>int64 [B].</returns>
    /// <exception cref="ArgumentException">There are none, or the labels are distributions.</exception>
    public Tensor Truth(string who) => (TrueLabels ?? Labels) switch
    {
        { } truth when truth.dim() == 1 => truth,
        null => throw new ArgumentException($"{who} needs the true labels and the batch has none; give TrueLabels"),
        var soft =>
            throw new ArgumentException(
                $"{who} needs the true classes and the labels are distributions of shape "
                + $"[{string.Join(", ", soft.shape)}]; give TrueLabels, int64 [batch]"),
    };

    /// <summary>A weight that rises over the first part of a run: e / (ρE) while e &lt; ⌊ρE⌋, then 1, at epoch e of E;
    /// the linear warm-up of ggjy/vision_weak_to_strong.</summary>
    /// <param name="fraction">ρ, 0 … 1.</param>
    /// <returns>0 … 1.</returns>
    public double Ramp(double fraction) => Ramp(Epoch, Epochs, fraction);

    internal static double Ramp(double epoch, double epochs, double fraction) =>
        epoch < (int)(epochs * fraction) ? epoch / (epochs * fraction) : 1;

    private Tensor Given(string who) => Labels
        ?? throw new ArgumentException($"{who} needs labels and the batch has none; give Labels");
}
