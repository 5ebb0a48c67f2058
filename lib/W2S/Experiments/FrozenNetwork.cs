using TorchSharp;
using W2S.Data;
using W2S.Models;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>A network that is used as it is: its features serve as a representation for probes.</summary>
/// <param name="Name">What charts and messages call it.</param>
/// <param name="Model">The network.</param>
/// <param name="TrainedOn">The images and labels that it learned from, in one sentence: no result may be read without
/// it.</param>
public sealed record FrozenNetwork(string Name, ImageModel Model, string TrainedOn) : IDisposable
{
    /// <summary>Loads a <see cref="PublicNetwork"/> from the data folder.</summary>
    /// <param name="name">Its name, for instance <c>cifar100_resnet20</c>.</param>
    /// <returns>The network; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The name has another form.</exception>
    /// <exception cref="DirectoryNotFoundException">The file is not there; the message names the command that fetches
    /// it.</exception>
    public static FrozenNetwork Public(string name) => Of(new PublicNetwork(name));

    /// <summary>Makes a network: loaded, or trained on the spot where it is a
    /// <see cref="ShapesPretraining"/>.</summary>
    /// <param name="source">The network, also one of your own.</param>
    /// <param name="progress">Hears of a training.</param>
    /// <param name="token">Stops a training.</param>
    /// <returns>The network; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">It has no features beside its logits.</exception>
    /// <exception cref="DirectoryNotFoundException">Its file is not there; the message names the command that fetches
    /// it.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public static FrozenNetwork Of(NetworkSource source, IProgress<TrainingProgress>? progress = null,
        CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        switch (source)
        {
            case ShapesPretraining school: return school.Train(progress, token);
            case PublicNetwork known: return new(known.Words, known.Published(), known.Seen);
        }
        var model = source.Create(classes: 1, seed: 0); // its head serves nobody here
        if (model.FeatureCount > 1) return new(source.Title, model, source.Seen ?? "nothing");
        model.Dispose();
        throw new ArgumentException($"{source.Title} has no features beside its logits for probes to stand on; make it "
            + $"by {nameof(ImageModel)}.{nameof(ImageModel.From)}(encoder, head)", nameof(source));
    }

    /// <summary>Runs the network over images once.</summary>
    /// <param name="images">The images, unaugmented.</param>
    /// <param name="progress">Hears after every batch.</param>
    /// <param name="token">Stops the pass.</param>
    /// <returns>The pooled feature of each image, and the logits of its head; the caller disposes them.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public ImageFeatures Extract(ImageSet images, IProgress<ExtractionProgress>? progress = null,
        CancellationToken token = default) =>
        FeatureExtractor.Compute(Model, images, progress: progress, token: token);

    /// <summary>The pooled features of images alone; the caller disposes them.</summary>
    internal Tensor Features(ImageSet images, IProgress<ExtractionProgress>? progress, CancellationToken token)
    {
        var seen = Extract(images, progress, token);
        seen.Logits.Dispose();
        return seen.Features;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}, which has seen {TrainedOn}";

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();
}
