using W2S.Data;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>One set of images as two frozen networks see it, features computed once.</summary>
/// <param name="Name">What a chart or message calls the pair, for instance <c>CIFAR-100, 20 super-classes</c>.</param>
/// <param name="Weak">The weak network's pooled features, float32 [N, F_w].</param>
/// <param name="Strong">The strong network's pooled features, float32 [N, F_s].</param>
/// <param name="Labels">The true class of each image.</param>
/// <param name="Classes">How many classes the task has.</param>
public sealed record FrozenPair(string Name, Tensor Weak, Tensor Strong, IReadOnlyList<long> Labels, int Classes)
{
    /// <summary>What charts and tables call the weak network.</summary>
    public string WeakName { get; init; } = "weak network";

    /// <summary>What charts and tables call the strong network.</summary>
    public string StrongName { get; init; } = "strong network";

    /// <summary>How many images.</summary>
    public int Count => Labels.Count;

    /// <summary>Shows a set to both networks.</summary>
    /// <param name="images">The images; their labels are the task.</param>
    /// <param name="weak">The weak side.</param>
    /// <param name="strong">The strong side.</param>
    /// <param name="progress">Hears after every batch of either pass.</param>
    /// <param name="token">Stops the passes.</param>
    /// <returns>The pair; its tensors belong to it and live until the process ends or they are disposed.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public static FrozenPair Of(
        ImageSet images, FrozenNetwork weak, FrozenNetwork strong, IProgress<ExtractionProgress>? progress = null,
        CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(weak);
        ArgumentNullException.ThrowIfNull(strong);
        return new FrozenPair(images.Name, weak.Features(images, progress, token),
            strong.Features(images, progress, token), images.Labels, images.Classes)
        {
            WeakName = weak.Name,
            StrongName = strong.Name,
        };
    }

    /// <summary>The same images with the networks' roles exchanged.</summary>
    /// <param name="name">What to call it.</param>
    /// <returns>A pair on the same tensors.</returns>
    public FrozenPair Swapped(string name) => this with
    { Name = name, Weak = Strong, Strong = Weak, WeakName = StrongName, StrongName = WeakName };

    /// <summary>Fails where features and labels do not fit each other.</summary>
    /// <exception cref="ArgumentException">A tensor does not have one row for each image, a feature is not finite, or a
    /// label is outside the classes.</exception>
    internal void Check()
    {
        Checks.Labels(Labels, Classes, nameof(Labels));
        foreach (var (side, features) in new[] { (nameof(Weak), Weak), (nameof(Strong), Strong) })
        {
            if (features.dim() != 2 || features.shape[0] != Count)
                throw new ArgumentException(
                    $"{side} features of {Name} are [{string.Join(", ", features.shape)}] for {Count} labels; give "
                    + "one row each", side);
            Checks.Features(features, side);
        }
    }
}
