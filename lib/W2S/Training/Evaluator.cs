using TorchSharp;
using W2S.Data;
using W2S.Models;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>Judges networks.</summary>
public static class Evaluator
{
    /// <summary>Runs a network over a set in evaluation mode; its mode is restored.</summary>
    /// <param name="model">The network.</param>
    /// <param name="images">The images, unaugmented.</param>
    /// <param name="batch">As in <see cref="FeatureExtractor.Compute"/>.</param>
    /// <param name="token">Stops the pass.</param>
    /// <returns>The share of images whose largest logit is their label's, 0 … 1; the share of those whose label is
    /// among the five largest, 0 … 1; and the mean cross entropy to the labels.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batch"/> is not positive.</exception>
    /// <exception cref="ArgumentException">A label is outside the network's classes, or a logit is NaN or
    /// +∞.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public static (double Top1, double Top5, double Loss) Evaluate(
        ImageModel model, ImageSet images, int? batch = null, CancellationToken token = default)
    {
        using var computed = FeatureExtractor.Compute(model, images, batch, token: token);
        Checks.Logits(computed.Logits);
        Checks.Labels(images.Labels, model.Classes);
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var logits = computed.Logits.to(Devices.ForLosses(computed.Logits.device));
        var truth = tensor(images.Labels.ToArray(), device: logits.device);
        var hits = logits.topk((int)Math.Min(5, logits.shape[1]), 1).indexes.eq(truth.unsqueeze(1)).to_type(
            ScalarType.Float64);
        var loss = nn.functional.cross_entropy(logits.to_type(ScalarType.Float32), truth);
        return (hits.narrow(1, 0, 1).mean().cpu().item<double>(), hits.sum(1).mean().cpu().item<double>(),
            loss.cpu().item<float>());
    }
}
