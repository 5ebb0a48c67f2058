using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Selection;

/// <summary>How sure a weak label is, as a number from 0 to 1 for each sample.</summary>
/// <remarks>q = softmax of the teacher's logits, p of the student's, f̂_w and f̂ their most likely classes.</remarks>
public enum Confidence
{
    /// <summary>max_c q_c.</summary>
    MaxProbability,

    /// <summary>q of the most likely class minus q of the second.</summary>
    Margin,

    /// <summary>1 − H(q)/log C.</summary>
    Entropy,

    /// <summary>The share of augmented views on which the teacher's most likely class is still f̂_w.</summary>
    ViewAgreement,

    /// <summary>q of f̂: how likely the teacher holds the student's class.</summary>
    TeacherLikelihood,

    /// <summary>p of f̂_w: how likely the student holds the teacher's class (the small-loss rule).</summary>
    StudentLikelihood,
}

/// <summary>Computes a <see cref="Confidence"/>.</summary>
internal static class ConfidenceMeasures
{
    /// <summary>The confidence of each sample's weak label.</summary>
    /// <param name="measure">What confidence is.</param>
    /// <param name="teacher">The teacher's logits, [N, C].</param>
    /// <param name="student">The student's logits, [N, C], for the two likelihoods.</param>
    /// <param name="views">The teacher's logits on augmented views, [V, N, C], for
    /// <see cref="Confidence.ViewAgreement"/>.</param>
    /// <returns>Float64 [N], from 0 to 1, detached, owned by the current dispose scope.</returns>
    /// <exception cref="ArgumentException">What the measure needs is missing, shapes do not fit, or a logit is NaN or
    /// +∞.</exception>
    public static Tensor Of(this Confidence measure, Tensor teacher, Tensor? student = null, Tensor? views = null)
    {
        Check(teacher, student, views);
        return measure.InStep(teacher, student, views);
    }

    /// <summary>Whether logits are fit to be measured.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    internal static void Check(Tensor teacher, Tensor? student, Tensor? views)
    {
        Checks.Logits(teacher, nameof(teacher));
        if (student is not null)
        {
            Checks.SameSize(teacher, student, nameof(teacher), nameof(student));
            Checks.Logits(student, nameof(student));
        }
        if (views is null) return;
        if (views.dim() != 3 || views.shape[0] == 0 || !views.shape[1..].SequenceEqual(teacher.shape))
            throw new ArgumentException(
                $"views are {views.Shape()} for teacher's logits {teacher.Shape()}; give [views, samples, classes]",
                nameof(views));
        for (var view = 0; view < views.shape[0]; view++)
        {
            using var logits = views[view];
            Checks.Logits(logits, $"{nameof(views)}[{view}]");
        }
    }

    /// <summary>The same without a look at the values.</summary>
    internal static Tensor InStep(this Confidence measure, Tensor teacher, Tensor? student, Tensor? views)
    {
        using var scope = NewDisposeScope();
        var weak = new Logits(teacher.detach());
        return (measure switch
        {
            Confidence.MaxProbability => weak.Probabilities().At(weak.Top),
            Confidence.Margin => Margin(weak.Probabilities()),
            Confidence.Entropy => weak.Entropy().Times(1 / Math.Log(weak.Classes)).OneMinus(),
            Confidence.ViewAgreement =>
                Needs(views, "the teacher's logits on augmented views").argmax(2).eq(weak.Top)
                    .to_type(ScalarType.Float64).mean([0]),
            Confidence.TeacherLikelihood =>
                weak.Probabilities().At(new Logits(Needs(student, "the student's logits").detach()).Top),
            Confidence.StudentLikelihood =>
                new Logits(Needs(student, "the student's logits").detach()).Probabilities().At(weak.Top),
            _ => throw new ArgumentException(
                $"confidence {measure} is none of {string.Join(", ", Enum.GetNames<Confidence>())}"),
        }).MoveToOuterDisposeScope();

        Tensor Needs(Tensor? given, string what) =>
            given ?? throw new ArgumentException($"confidence {measure} needs {what} and there are none; give them");
    }

    private static Tensor Margin(Tensor probabilities)
    {
        var (values, _) = probabilities.topk(2, 1);
        return values.select(1, 0) - values.select(1, 1);
    }
}
