using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses;

/// <summary>A loss from a teacher, with or without labels beside it: L = w_labels·CE(p, y) + w·L_teacher.</summary>
/// <remarks>A loss of this kind states its own <see cref="Teach(Logits, LossBatch)"/>; the label part, the weights and
/// the means are here.</remarks>
public abstract record DistillationLoss : Loss
{
    /// <summary>Takes the loss's own defaults.</summary>
    /// <param name="labelWeight">That of <see cref="LabelWeight"/>.</param>
    /// <param name="distillationWeight">That of <see cref="DistillationWeight"/>.</param>
    protected DistillationLoss(double labelWeight = 1, double distillationWeight = 1) =>
        (LabelWeight, DistillationWeight) = (labelWeight, distillationWeight);

    /// <summary>The weight of the cross entropy to the labels; 0 leaves supervision to the teacher. Without labels
    /// there is no such part.</summary>
    /// <value>1, or what the loss's paper has.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double LabelWeight { get; init => field = Option.NotNegative(value); }

    /// <summary>The weight of everything that comes from the teacher.</summary>
    /// <value>1, or what the loss's paper has.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double DistillationWeight { get; init => field = Option.NotNegative(value); }

    /// <summary>Label smoothing ε of the label part.</summary>
    /// <value>0.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double LabelSmoothing { get; init => field = Option.Fraction(value); }

    /// <summary>The same loss without its label part: only the teacher supervises.</summary>
    /// <returns>A copy with <see cref="LabelWeight"/> 0.</returns>
    public DistillationLoss TeacherOnly() => this with { LabelWeight = 0 };

    /// <inheritdoc/>
    public override bool NeedsTeacher => DistillationWeight > 0;

    /// <inheritdoc/>
    protected internal override Tensor Criterion(LossBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Labels is not null && LabelWeight > 0) return base.Criterion(batch);
        using var scope = NewDisposeScope();
        var student = batch.Check();
        var entropy = student.CrossEntropyTo(Teacher(student, batch).Probabilities());
        return LossParts.Of(batch, [new("teacher", entropy) { Weights = TeacherWeights(batch) }]).Total;
    }

    /// <inheritdoc/>
    public sealed override LossParts Compute(LossBatch batch)
    {
        using var scope = NewDisposeScope();
        var student = batch.Check();
        List<LossTerm> terms = [];
        if (batch.Labels is not null && LabelWeight > 0)
            terms.Add(new("labels", batch.LabelCrossEntropy(student, Name, LabelSmoothing).Times(LabelWeight))
            {
                Weights = batch.Weights,
            });
        IReadOnlyList<(string, Tensor)> diagnostics = [];
        if (DistillationWeight > 0)
        {
            var taught = Teach(student, batch);
            var weights = TeacherWeights(batch);
            terms.AddRange(taught.Terms.Select(
                x => x with { Value = x.Value.Times(DistillationWeight), Weights = weights }));
            diagnostics = taught.Diagnostics;
        }
        if (terms.Count == 0)
            throw new ArgumentException(
                $"nothing supervises: {Name} has DistillationWeight 0 and the batch no labels with a weight; give "
                + "either", nameof(batch));
        return LossParts.Of(batch, terms, diagnostics);
    }

    /// <summary>The teacher's terms: the loss's formula. Called inside a dispose scope that ends with the
    /// loss.</summary>
    /// <param name="student">The student's logits, with gradient.</param>
    /// <param name="batch">Everything else.</param>
    /// <returns>Terms of the student alone in gradient: what comes from the teacher is detached.</returns>
    /// <exception cref="ArgumentException">The batch lacks something that this loss needs.</exception>
    protected internal abstract TeacherTerms Teach(Logits student, LossBatch batch);

    /// <inheritdoc/>
    protected internal sealed override void Differentiate(LogitSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        if (sample.HasLabel && LabelWeight > 0)
        {
            sample.CountAsLabels(LabelWeight);
            sample.ToLabel("labels", 1, LabelSmoothing);
        }
        DifferentiateTeacher(sample);
    }

    /// <summary>The teacher's part alone of <see cref="Differentiate"/>.</summary>
    internal void DifferentiateTeacher(LogitSample sample)
    {
        if (DistillationWeight == 0) return;
        sample.CountAsTeachers(DistillationWeight);
        Teach(sample);
    }

    /// <summary>The teacher's terms of one sample, for a loss with <see cref="Loss.HasClosedForm"/>: the formula of the
    /// other
    /// <see cref="Teach(Logits, LossBatch)"/>.</summary>
    /// <param name="sample">Has the logits and targets, and takes values and gradients.</param>
    /// <exception cref="NotSupportedException">The loss has no closed form.</exception>
    protected internal virtual void Teach(LogitSample sample) =>
        throw new NotSupportedException(
            $"{Name} has no closed form; override {nameof(Teach)}(LogitSample) with {nameof(HasClosedForm)}");

    /// <summary>The teacher's logits, detached.</summary>
    /// <param name="student">The student's, for the shape.</param>
    /// <param name="batch">The batch that carries them.</param>
    /// <returns>The teacher's logits.</returns>
    /// <exception cref="ArgumentException">There are none, or their shape is not the student's.</exception>
    protected Logits Teacher(Logits student, LossBatch batch)
    {
        if (batch.TeacherLogits is not { } logits)
            throw new ArgumentException($"{Name} needs a teacher and the batch has none; give TeacherLogits",
                nameof(batch));
        Checks.SameSize(student.Values, logits, "the student's logits", nameof(batch.TeacherLogits));
        return new Logits(logits.detach());
    }

    /// <summary>The distance to the teacher's soft label, which many losses share: τ²·KL(q^τ‖p^τ), or
    /// τ²·CE(z_s/τ, q^τ).</summary>
    /// <param name="student">z_s.</param>
    /// <param name="teacher">z_t.</param>
    /// <param name="temperature">τ, above 0.</param>
    /// <param name="form">Divergence or cross entropy, whose gradients are the same.</param>
    /// <returns>[B], a value for each sample.</returns>
    protected static Tensor Distance(Logits student, Logits teacher, double temperature = 1,
        WeakTerm form = WeakTerm.Divergence)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(teacher);
        var distance = student.CrossEntropyTo(teacher.Probabilities(temperature), temperature);
        if (form == WeakTerm.Divergence) distance -= teacher.Entropy(temperature);
        return distance.Times(temperature * temperature);
    }

    private static Tensor? TeacherWeights(LossBatch batch) => (batch.Weights, batch.TeacherWeights) switch
    {
        (null, var weights) => weights,
        (var weights, null) => weights,
        var (a, b) => a * b,
    };
}
