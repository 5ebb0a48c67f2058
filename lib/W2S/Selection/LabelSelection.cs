using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Selection;

/// <summary>What becomes of the weak labels that a selection does not trust.</summary>
public enum Distrusted
{
    /// <summary>They are dropped: weight 0.</summary>
    Drop,

    /// <summary>They are weighed by their confidence; the trusted ones keep weight 1.</summary>
    Weigh,

    /// <summary>They are replaced by the student's distribution.</summary>
    ReplaceSoft,

    /// <summary>They are replaced by the student's most likely class.</summary>
    ReplaceHard,
}

/// <summary>Confidence label selection: keeps the weak labels worth trusting, and drops, weighs or replaces the rest.
/// Any loss can follow.</summary>
/// <remarks>
/// A label is trusted where its confidence reaches <see cref="Threshold"/> and it is among the most confident
/// <see cref="Share"/> of its batch (with all that tie with the last of them, so that the order of the batch does not
/// matter). The result is another set of teacher logits and teacher weights; true labels stay as they were.
/// </remarks>
/// <param name="Measure">What confidence is.</param>
/// <param name="Distrusted">What becomes of the others.</param>
public sealed record LabelSelection(Confidence Measure, Distrusted Distrusted = Distrusted.Drop)
{
    /// <summary>The least confidence that is trusted.</summary>
    /// <value>0: all.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Threshold { get; init => field = Option.Fraction(value); }

    /// <summary>The largest share of samples that is trusted.</summary>
    /// <value>1: all.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Share { get; init => field = Option.Fraction(value); } = 1;

    /// <summary>Selects among weak labels, of a batch or of a whole set.</summary>
    /// <param name="teacher">The teacher's logits, [N, C].</param>
    /// <param name="student">The student's logits, [N, C], where the measure or the replacement needs them.</param>
    /// <param name="views">The teacher's logits on augmented views, [V, N, C], where the measure needs them.</param>
    /// <returns>The selected labels, detached, owned by the current dispose scope.</returns>
    /// <exception cref="ArgumentException">Something that the selection needs is missing, shapes do not fit, or a logit
    /// is NaN or +∞.</exception>
    public SelectedLabels Select(Tensor teacher, Tensor? student = null, Tensor? views = null)
    {
        ConfidenceMeasures.Check(teacher, student, views);
        return Choose(teacher, student, views);
    }

    /// <summary>The same within a training step, which finds by itself what is not finite.</summary>
    internal SelectedLabels Choose(Tensor teacher, Tensor? student, Tensor? views)
    {
        using var scope = NewDisposeScope();
        teacher = teacher.detach();
        var confidence = Measure.InStep(teacher, student, views);
        var trusted = Trust(confidence);
        var one = ones_like(confidence);
        var (logits, weights) = Distrusted switch
        {
            Distrusted.Drop => (teacher, where(trusted, one, zeros_like(one))),
            Distrusted.Weigh => (teacher, where(trusted, one, confidence)),
            Distrusted.ReplaceSoft => (where(trusted.unsqueeze(1), teacher, Student()), one),
            Distrusted.ReplaceHard =>
                (where(trusted.unsqueeze(1), teacher,
                    HardLabels.Logits(Student().argmax(1), teacher.shape[1], teacher)), one),
            _ => throw new InvalidOperationException(
                $"Distrusted {Distrusted} is none of {string.Join(", ", Enum.GetNames<Distrusted>())}"),
        };
        return new SelectedLabels(Give(logits), Give(weights), Give(trusted), Give(confidence));

        Tensor Student() => student?.detach().to_type(teacher.dtype)
            ?? throw new ArgumentException(
                $"selection with {Distrusted} needs the student's logits and there are none; give them");

        static Tensor Give(Tensor t) => t.alias().MoveToOuterDisposeScope();
    }

    private Tensor Trust(Tensor confidence)
    {
        var sure = confidence.ge(confidence.Constant(Threshold));
        var count = (long)Math.Round(Share * confidence.shape[0], MidpointRounding.AwayFromZero);
        if (count >= confidence.shape[0]) return sure;
        return count == 0 ? zeros_like(sure)
            : sure & confidence.ge(confidence.topk((int)count, 0).values[(int)count - 1]);
    }
}

/// <summary>Weak labels after a selection.</summary>
/// <param name="Logits">[N, C]: the teacher's, or the replacement.</param>
/// <param name="Weights">Float64 [N], from 0 to 1.</param>
/// <param name="Trusted">Bool [N]: the weak label stayed as it was, with weight 1.</param>
/// <param name="Confidence">Float64 [N], from 0 to 1.</param>
public sealed record SelectedLabels(Tensor Logits, Tensor Weights, Tensor Trusted, Tensor Confidence);
