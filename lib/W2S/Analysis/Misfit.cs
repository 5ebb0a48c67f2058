using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Analysis;

/// <summary>How far the student is from its teacher, and what it gained on the truth.</summary>
/// <remarks>
/// With student p = softmax(z_s), teacher q = softmax(z_t): forward misfit KL(q‖p), reverse misfit KL(p‖q), gain =
/// NLL(teacher) − NLL(student). For a convex class of students and a target inside it, a student that minimises KL(p‖q)
/// has gain ≥ reverse misfit: Mulgund and Pabbaraju, arXiv 2501.19105, after Charikar et al., arXiv 2405.15116.
/// Networks and probes need not fulfil that: look at the points.
/// </remarks>
/// <param name="Forward">Mean KL(q‖p) in nats.</param>
/// <param name="Reverse">Mean KL(p‖q) in nats.</param>
/// <param name="Gain">Mean NLL of the teacher minus that of the student in nats; positive where the student is
/// better.</param>
internal sealed record Misfit(double Forward, double Reverse, double Gain)
{
    /// <summary>Measures both on labelled samples.</summary>
    /// <param name="student">The student's logits, [N, C].</param>
    /// <param name="teacher">The teacher's logits, [N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <returns>The means over samples.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit, or a logit is not finite.</exception>
    public static Misfit Of(Tensor student, Tensor teacher, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var (s, t) = (Predictions.Logits(student, nameof(student)), Predictions.Logits(teacher, nameof(teacher)));
        Checks.SameSize(s, t, nameof(student), nameof(teacher));
        Checks.Finite(s, nameof(student));
        Checks.Finite(t, nameof(teacher));
        var (logP, logQ) = (Predictions.LogProbabilities(s), Predictions.LogProbabilities(t));
        return new Misfit(Kl(logQ, logP), Kl(logP, logQ), Scores.Nll(t, labels) - Scores.Nll(s, labels));

        static double Kl(Tensor a, Tensor b) => Predictions.Doubles((a.exp() * (a - b)).sum(1)).Average();
    }
}
