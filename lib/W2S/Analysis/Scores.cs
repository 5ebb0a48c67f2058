using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Analysis;

/// <summary>Proper scores of predicted probabilities: lower is better.</summary>
public static class Scores
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

    /// <summary>Brier's score.</summary>
    /// <remarks>mean over samples of Σ_c (p_c − [c = y])², Brier 1950: 0 … 2.</remarks>
    /// <param name="logits">Floating point [N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <returns>0 … 2.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit.</exception>
    public static double Brier(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var z = Predictions.Logits(logits);
        var truth = tensor(Checks.Labels(labels, z.shape[0], z.shape[1])).unsqueeze(1);
        var p = Predictions.LogProbabilities(z).exp();
        // Σ (p_c − [c = y])² = Σ p_c² − 2 p_y + 1
        return Predictions.Doubles(p.square().sum(1) - 2 * p.gather(1, truth).squeeze(1) + 1).Average();
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
}
