using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Analysis;

/// <summary>What predicted probabilities are worth.</summary>
internal static class Scores
{
    /// <summary>Negative log likelihood of the true class.</summary>
    /// <remarks>mean of −log softmax(z)_y, in nats.</remarks>
    /// <param name="logits">Floating point [N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <returns>0 or more; the mean over samples.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit.</exception>
    public static double Nll(Tensor logits, Tensor labels) => NllPerSample(logits, labels).Average();

    /// <summary>Negative log likelihood of every sample.</summary>
    /// <param name="logits">Floating point [N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <returns>N values in nats.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit.</exception>
    public static double[] NllPerSample(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var z = Predictions.Logits(logits);
        var truth = tensor(Checks.Labels(labels, z.shape[0], z.shape[1])).unsqueeze(1);
        return Predictions.Doubles(Predictions.LogProbabilities(z).gather(1, truth).squeeze(1).neg());
    }

    /// <summary>The largest probability of every sample.</summary>
    /// <param name="logits">Floating point [N, C].</param>
    /// <returns>N values, 1/C … 1.</returns>
    /// <exception cref="ArgumentException">The shape or type does not fit.</exception>
    public static double[] Confidence(Tensor logits)
    {
        using var scope = NewDisposeScope();
        return Predictions.Doubles(Predictions.LogProbabilities(Predictions.Logits(logits)).amax(1).exp());
    }

    /// <summary>Expected calibration error: how far confidence is from accuracy.</summary>
    /// <remarks>Σ_b (n_b / N) · |accuracy_b − confidence_b| over fifteen bins (low, high] of equal width of the largest
    /// probability: Naeini et al. 2015, Guo et al. 2017 (arXiv 1706.04599).</remarks>
    /// <param name="logits">Floating point [N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <returns>0 … 1.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit.</exception>
    public static double CalibrationError(Tensor logits, Tensor labels)
    {
        const int bins = 15;
        var (confidence, correct) = (Confidence(logits), Accuracy.Correct(logits, labels));
        var samples = Enumerable.Range(0, correct.Length)
            .ToLookup(i => Math.Clamp((int)Math.Ceiling(confidence[i] * bins) - 1, 0, bins - 1));
        return samples.OrderBy(bin => bin.Key).Sum(bin => bin.Count()
            * Math.Abs(bin.Average(i => correct[i] ? 1.0 : 0.0) - bin.Average(i => confidence[i]))) / correct.Length;
    }
}
