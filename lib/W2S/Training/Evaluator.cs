using TorchSharp;
using W2S.Data;
using W2S.Models;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>How well a network does on a set.</summary>
/// <param name="Top1">Share of images whose largest logit is their label's, 0 … 1.</param>
/// <param name="Top5">Share of images whose label is among the five largest logits, 0 … 1.</param>
/// <param name="Loss">Mean cross entropy to the labels.</param>
public sealed record Evaluation(double Top1, double Top5, double Loss);

/// <summary>Judges networks.</summary>
public static class Evaluator
{
    /// <summary>Runs a network over a set in evaluation mode; its mode is restored.</summary>
    /// <param name="model">The network.</param>
    /// <param name="images">The images, unaugmented.</param>
    /// <param name="batch">As in <see cref="FeatureExtractor.Compute"/>.</param>
    /// <param name="token">Stops the pass.</param>
    /// <returns>Accuracies and loss.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batch"/> is not positive.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public static Evaluation Evaluate(ImageModel model, ImageSet images, int? batch = null,
        CancellationToken token = default)
    {
        using var computed = FeatureExtractor.Compute(model, images, batch, token: token);
        return Judge(computed.Logits, images.Labels);
    }

    /// <summary>Compares logits with labels.</summary>
    /// <param name="logits">[N, C].</param>
    /// <param name="labels">N class numbers.</param>
    /// <returns>Accuracies and loss.</returns>
    /// <exception cref="ArgumentException">Not as many labels as logits, or none; a label outside the classes, or a
    /// logit that is NaN or +∞.</exception>
    public static Evaluation Judge(Tensor logits, IReadOnlyList<long> labels)
    {
        Checks.Logits(logits);
        Checks.Labels(labels, logits.shape[1]);
        if (labels.Count != logits.shape[0])
            throw new ArgumentException($"{labels.Count} labels for logits of shape {logits.Shape()}; give one each",
                nameof(labels));
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        logits = logits.to(Devices.ForLosses(logits.device));
        var truth = tensor(labels.ToArray(), device: logits.device);
        var hits = logits.topk((int)Math.Min(5, logits.shape[1]), 1).indexes.eq(truth.unsqueeze(1)).to_type(
            ScalarType.Float64);
        var loss = nn.functional.cross_entropy(logits.to_type(ScalarType.Float32), truth);
        return new Evaluation(hits.narrow(1, 0, 1).mean().cpu().item<double>(), hits.sum(1).mean().cpu().item<double>(),
            loss.cpu().item<float>());
    }
}
