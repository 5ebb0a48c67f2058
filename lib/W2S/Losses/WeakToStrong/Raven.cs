using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.WeakToStrong;

/// <summary>RAVEN: several weak teachers whose weights are learned together with the student.</summary>
/// <remarks>
/// <para>The label is the mixture Σ_k w_k q_k of the teachers' distributions, w on the simplex, uniform at first; the
/// student learns it by cross entropy, and after each batch w takes a step of plain gradient descent on the same loss,
/// is kept at 10⁻⁶ or more and scaled to sum 1: w_k ← w_k − η·(CE_k − Σ_j w_j CE_j), CE_k the batch's mean cross
/// entropy of the student to teacher k. So weight goes to teachers that the student comes to agree with. Over the first
/// part of the run w rests, and only those samples count on whose class all teachers agree.</para>
/// <para>Jeon, Sobotka, Choi and Brbić, <em>Weak-to-Strong Generalization under Distribution Shifts</em>, NeurIPS 2025
/// (arXiv 2510.21332; mlbio-epfl/raven, where the mean of the first part is over all samples instead of those that
/// count). It stands before any loss that a teacher's distribution teaches by, such as
/// <see cref="WeakCrossEntropy"/>; an object serves one training.</para>
/// </remarks>
public sealed class Raven
{
    private const double Least = 1e-6;

    private readonly double[][] words; // of each teacher, class by class of sample by sample
    private readonly double[] weights;
    private readonly int classes;

    /// <summary>Takes the teachers, uniform weights.</summary>
    /// <param name="teachers">Each teacher's logits on the student's samples, [N, C].</param>
    /// <exception cref="ArgumentException">No teachers, different shapes, or a logit that is NaN or +∞.</exception>
    public Raven(IReadOnlyList<Tensor> teachers)
    {
        Checks.Logits(teachers, nameof(teachers));
        using var scope = NewDisposeScope();
        classes = (int)teachers[0].shape[1];
        words = [.. teachers.Select(
            logits => new Logits(logits.detach()).Probabilities().cpu().data<double>().ToArray())];
        weights = [.. words.Select(_ => 1.0 / words.Length)];
        Agreed = [.. Enumerable.Range(0, (int)teachers[0].shape[0]).Select(
            sample => words.Select(word => Top(word.AsSpan(sample * classes, classes))).Distinct().Count() == 1)];
    }

    /// <summary>η, the step of the weights.</summary>
    /// <value>10⁻³ (10⁻⁴ for ImageNet-C), over some twenty thousand batches.</value>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double LearningRate { get; init => field = Option.NotNegative(value); } = 1e-3;

    /// <summary>The fraction of the run in which only samples count on which all agree, and the weights rest.</summary>
    /// <value>0.5.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double EasyPart { get; init => field = Option.Fraction(value); } = .5;

    /// <summary>w, one for each teacher, summing to 1.</summary>
    public IReadOnlyList<double> Weights => weights;

    /// <summary>Whether all teachers name one class, for each sample.</summary>
    public IReadOnlyList<bool> Agreed { get; }

    /// <summary>What the teachers say together of a batch; then the weights take their step.</summary>
    /// <param name="batch">The student's logits, and where the run stands.</param>
    /// <param name="rows">Which of the samples the batch has.</param>
    /// <returns>The batch with its <see cref="LossBatch.TeacherLogits"/> and
    /// <see cref="LossBatch.TeacherWeights"/>, owned by the current dispose scope.</returns>
    /// <exception cref="ArgumentException">The batch has another number of rows or classes, a row is outside the
    /// samples, or a logit is NaN or +∞.</exception>
    public LossBatch Teach(LossBatch batch, IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(rows);
        if (!batch.StudentLogits.shape.SequenceEqual([rows.Count, classes]))
            throw new ArgumentException(
                $"the student's logits are {batch.StudentLogits.Shape()} for {rows.Count} rows and {classes} classes; "
                + $"give [{rows.Count}, {classes}]", nameof(batch));
        Checks.Logits(batch.StudentLogits, nameof(batch.StudentLogits));
        if (rows.Any(row => row < 0 || row >= Agreed.Count))
            throw new ArgumentException(
                $"rows from {rows.Min()} to {rows.Max()} of samples 0 … {Agreed.Count - 1}; give places among the "
                + "teachers' samples", nameof(rows));
        using var scope = NewDisposeScope();
        var logarithms =
            new Logits(batch.StudentLogits.detach()).LogProbabilities().cpu().data<double>().ToArray();
        var easy = batch.Epoch < EasyPart * batch.Epochs - 1e-9;
        var (mixed, counts) = (new double[rows.Count * classes], new float[rows.Count]);
        var entropies = new double[weights.Length];
        for (var i = 0; i < rows.Count; i++)
        {
            counts[i] = easy && !Agreed[rows[i]] ? 0 : 1;
            for (var k = 0; k < weights.Length; k++)
            {
                var word = words[k].AsSpan(rows[i] * classes, classes);
                for (var c = 0; c < classes; c++)
                {
                    mixed[i * classes + c] += weights[k] * word[c];
                    entropies[k] -= word[c] * logarithms[i * classes + c] / rows.Count;
                }
            }
        }
        if (!easy) Step(entropies);
        var like = batch.StudentLogits;
        return batch with
        {
            TeacherLogits = tensor(mixed, rows.Count, classes).log().AtLeast(-1e4).to(like.device).to_type(like.dtype)
                .MoveToOuterDisposeScope(),
            TeacherWeights = tensor(counts).to(like.device).MoveToOuterDisposeScope(),
        };
    }

    private void Step(double[] entropies)
    {
        var mean = weights.Zip(entropies, (weight, entropy) => weight * entropy).Sum();
        for (var k = 0; k < weights.Length; k++)
            weights[k] = Math.Max(Least, weights[k] - LearningRate * (entropies[k] - mean));
        var sum = weights.Sum();
        for (var k = 0; k < weights.Length; k++) weights[k] /= sum;
    }

    private static int Top(ReadOnlySpan<double> word)
    {
        var top = 0;
        for (var c = 1; c < word.Length; c++)
            if (word[c] > word[top]) top = c;
        return top;
    }
}
