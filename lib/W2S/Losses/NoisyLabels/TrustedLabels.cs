using TorchSharp;
using W2S.Selection;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.NoisyLabels;

/// <summary>Confidence label selection on the labels at hand: those that a judge finds likely are learned, the rest is
/// dropped, weighed down or replaced.</summary>
/// <remarks>
/// L = mean of w·CE(z, t), where label y counts as a weak label that is always sure, the selection's student is the
/// judge, and t, w are the selected label and its weight. With <see cref="Confidence.StudentLikelihood"/> the
/// confidence is the judge's probability of the label, softmax(z_judge)_y; a replaced label becomes the judge's own.
/// The judge is the student as it is then, or the teacher.
/// </remarks>
/// <param name="Selection">Which labels to trust and what becomes of the others.</param>
public sealed record TrustedLabels(LabelSelection Selection) : Loss, ICatalogued<LossEntry>
{
    /// <summary>Whether the teacher judges instead of the student.</summary>
    /// <value>false.</value>
    public bool JudgedByTeacher { get; init; }

    /// <summary>Trusts the labels to which the judge gives at least a probability.</summary>
    /// <param name="probability">0 … 1.</param>
    /// <param name="distrusted">What becomes of the others.</param>
    /// <returns>The loss.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public static TrustedLabels AtLeast(double probability, Distrusted distrusted = Distrusted.Drop) =>
        new(new LabelSelection(Confidence.StudentLikelihood, distrusted) { Threshold = probability });

    /// <inheritdoc/>
    public override string Name => $"Trusted labels, {Selection.Distrusted switch
    {
        Distrusted.Drop => "rest dropped",
        Distrusted.Weigh => "rest weighed",
        Distrusted.ReplaceSoft => "rest replaced softly",
        _ => "rest replaced",
    }}{(JudgedByTeacher ? " by teacher" : "")}";

    /// <inheritdoc/>
    public override bool NeedsTeacher => JudgedByTeacher;

    /// <inheritdoc/>
    public override LossParts Compute(LossBatch batch)
    {
        if (batch.Labels is not { } labels)
            throw new ArgumentException($"{Name}: labels are needed and the batch has none; give Labels",
                nameof(batch));
        using var scope = NewDisposeScope();
        var student = batch.Check();
        if (labels.dim() != 1)
            throw new ArgumentException(
                $"{Name}: labels of shape [{string.Join(", ", labels.shape)}] are mixed or soft; give int64 [batch]",
                nameof(batch));
        var selected = Choose(labels, batch.StudentLogits, batch.TeacherLogits);
        var weights = batch.Weights is { } given ? selected.Weights * given.detach().to_type(ScalarType.Float64)
            : selected.Weights;
        var loss = student.CrossEntropyTo(new Logits(selected.Logits).Probabilities());
        return LossParts.Of(batch, [new("labels", loss) { Weights = weights }],
            ("selection", selected.Trusted.to_type(ScalarType.Float64)));
    }

    /// <summary>Selects among the labels of a batch or of a whole set.</summary>
    /// <param name="labels">int64 [N].</param>
    /// <param name="student">The student's logits, [N, C].</param>
    /// <param name="teacher">The teacher's logits, [N, C], where it judges.</param>
    /// <returns>The selected labels, detached, owned by the current dispose scope.</returns>
    /// <exception cref="ArgumentException">The teacher shall judge and there is none, or a label is outside the
    /// classes.</exception>
    internal SelectedLabels Choose(Tensor labels, Tensor student, Tensor? teacher)
    {
        var judge = JudgedByTeacher
            ? teacher ?? throw new ArgumentException(
                $"{Name}: the teacher judges and there is none; give TeacherLogits", nameof(teacher))
            : student;
        using var given = HardLabels.Logits(labels, student.shape[1], student);
        return Selection.Choose(given, judge, null);
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new TrustedLabels(new LabelSelection(Confidence.StudentLikelihood) { Threshold = 0.1 }), "noisy labels",
            @"\mathrm{CE}(z, y) \text{ where the judge finds } y \text{ likely}",
            "LabelSelection on the labels themselves"),
    ];
}
