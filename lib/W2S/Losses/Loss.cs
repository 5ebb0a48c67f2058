using static TorchSharp.torch;

namespace W2S.Losses;

/// <summary>A training loss: an immutable record whose properties are its options.</summary>
/// <remarks>
/// <para>A loss keeps no state. Where it stands in the run, and the learnable part that some losses have
/// (<see cref="ILearnableLoss"/>), come with the <see cref="LossBatch"/>.</para>
/// <para>Logits may be float64, float32, float16 or bfloat16. Whatever they are, formulas on logits are computed in
/// float64: a divergence is a small difference of large numbers, and at τ = 10 float32 leaves it four digits. The
/// results come back as float32, or float64 where the student's logits are.</para>
/// </remarks>
public abstract record Loss
{
    /// <summary>The name that charts and tables show, for instance <c>AdaptConf</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it looks at <see cref="LossBatch.TeacherLogits"/>: without a teacher it cannot be computed, and
    /// with one it is another loss.</summary>
    /// <value>False.</value>
    public virtual bool NeedsTeacher => false;

    /// <summary>Whether it looks at <see cref="LossBatch.TeacherBeaten"/>, which only a run with a validation and a
    /// teacher counts.</summary>
    /// <value>False.</value>
    public virtual bool NeedsValidation => false;

    /// <summary>Whether it wants <see cref="LossBatch.PlainLogits"/> now, what the student says of the images without
    /// augmentation or mixing; asked before every step, because they cost a forward pass.</summary>
    /// <param name="epoch">Epochs finished, from 0, fractions allowed.</param>
    /// <param name="epochs">Epochs in all.</param>
    /// <returns>False; true where the trainer shall compute them, in evaluation mode and without gradient.</returns>
    public virtual bool NeedsPlain(double epoch, double epochs) => false;

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="batch">Logits, labels and, where the loss needs them, features and the place in the run.</param>
    /// <returns>The total and its parts, owned by the current dispose scope.</returns>
    /// <exception cref="ArgumentException">The batch lacks something that this loss needs; the message says
    /// what.</exception>
    public abstract LossParts Compute(LossBatch batch);

    /// <summary>The plain cross entropy to what this loss learns from, by which a probe's penalty is chosen.</summary>
    /// <param name="batch">Logits, and labels or a teacher.</param>
    /// <returns>The mean cross entropy to the labels, or to the teacher where the loss learns from nothing else; owned
    /// by the current dispose scope.</returns>
    /// <exception cref="ArgumentException">The batch lacks something that this loss needs; the message says
    /// what.</exception>
    protected internal virtual Tensor Criterion(LossBatch batch) => new CrossEntropy().Compute(batch).Total;

    /// <summary>Whether <see cref="Differentiate"/> states this loss: probes then train without a graph, many times as
    /// fast.</summary>
    /// <value>False: the gradient comes from the graph of <see cref="Compute"/>.</value>
    public virtual bool HasClosedForm => false;

    /// <summary>The loss of one sample and its gradient in the student's logits: the same formula as
    /// <see cref="Compute"/>, with the same parts and diagnostics by name.</summary>
    /// <param name="sample">Has the logits and targets, and takes values and gradients.</param>
    /// <exception cref="NotSupportedException">The loss has no closed form.</exception>
    protected internal virtual void Differentiate(LogitSample sample) =>
        throw new NotSupportedException(
            $"{Name} has no closed form; override {nameof(Differentiate)} with {nameof(HasClosedForm)}");
}
