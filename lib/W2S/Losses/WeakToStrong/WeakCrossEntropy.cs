using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.WeakToStrong;

/// <summary>Cross entropy to the weak labels: plain weak-to-strong training, and the baseline of every other loss
/// here.</summary>
/// <remarks>
/// Soft: L = −Σ_c q_c log p_c with q = softmax(z_t). Hard: L = −log p_k with k = argmax z_t.
/// Burns et al., arXiv 2312.09390 (openai/weak-to-strong, <c>xent_loss</c>). No labels unless asked.
/// </remarks>
/// <param name="Hard">Whether the weak label is the teacher's most likely class instead of its distribution.</param>
public sealed record WeakCrossEntropy(bool Hard = false) : DistillationLoss(labelWeight: 0), ICatalogued<LossEntry>
{
    /// <inheritdoc/>
    public override string Name => Hard ? "Hard labels" : "Soft labels";

    /// <inheritdoc/>
    protected internal override Tensor Criterion(LossBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.Labels is not null && LabelWeight > 0 ? base.Criterion(batch)
            : new WeakCrossEntropy(Hard).Compute(batch).Total;
    }

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch)
    {
        var teacher = Teacher(student, batch);
        return new(new LossTerm("teacher",
            Hard ? student.CrossEntropy(teacher.Top) : student.CrossEntropyTo(teacher.Probabilities())));
    }

    /// <inheritdoc/>
    public override bool HasClosedForm => true;

    /// <inheritdoc/>
    protected internal override void Teach(LogitSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        if (Hard)
            sample.ToClass("teacher", 1, sample.TeacherTop);
        else
            sample.ToTeacher("teacher", form: WeakTerm.CrossEntropy);
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new WeakCrossEntropy(), "weak to strong", @"-\sum_c q_c \log p_c", "Burns et al., arXiv 2312.09390"),
        new(new WeakCrossEntropy(Hard: true), "weak to strong", @"-\log p_{\hat f_w}",
            "Burns et al., arXiv 2312.09390"),
    ];
}
