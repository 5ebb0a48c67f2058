using TorchSharp;
using W2S.Data;
using W2S.Models;
using W2S.Training;

namespace W2S.Experiments;

/// <summary>A network that is used as it is: its features serve as a representation for probes.</summary>
/// <param name="Name">What charts and messages call it.</param>
/// <param name="Model">The network.</param>
/// <param name="TrainedOn">The images and labels that it learned from, in one sentence: no result may be read without
/// it.</param>
public sealed record FrozenNetwork(string Name, ImageModel Model, string TrainedOn)
    : IDisposable
{
    /// <summary>Under what terms its weights may be used, and whose they are.</summary>
    /// <value>Empty: they were trained here.</value>
    public string Licence { get; init; } = "";

    /// <summary>Loads a <see cref="PublicNetwork"/> from the data folder.</summary>
    /// <param name="name">Its name, for instance <c>cifar100_resnet20</c>.</param>
    /// <returns>The network; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The name has another form.</exception>
    /// <exception cref="DirectoryNotFoundException">The file is not there; the message names the command that fetches
    /// it.</exception>
    public static FrozenNetwork Public(string name)
    {
        var known = new PublicNetwork(name);
        return new FrozenNetwork(known.Words, known.Published(), known.Seen) { Licence = known.Licence };
    }

    /// <summary>A network by its name: loaded, or trained on the spot where it has no public weights.</summary>
    /// <param name="name">A public network, for instance <c>cifar100_resnet20</c>, or one of
    /// <see cref="ShapesPretraining"/>: <c>shapes weak</c>,
    /// <c>shapes colours</c>, <c>shapes forms</c>, <c>shapes strong</c>.</param>
    /// <param name="progress">Hears of a training.</param>
    /// <param name="token">Stops a training.</param>
    /// <returns>The network; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The name has another form.</exception>
    /// <exception cref="DirectoryNotFoundException">The file is not there; the message names the command that fetches
    /// it.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public static FrozenNetwork Named(string name, IProgress<TrainingProgress>? progress = null,
        CancellationToken token = default) =>
        Pretraining(name) is { } school ? school.Train(progress, token) : Public(name);

    /// <summary>What a network of <see cref="Named"/> is and what it has seen, without loading it.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>For instance <c>CIFAR-10 resnet20, which has seen …</c>.</returns>
    /// <exception cref="ArgumentException">The name has another form.</exception>
    public static string Introduce(string name)
    {
        if (Pretraining(name) is { } school) return Introduction(school.Name, school.TrainedOn);
        var known = new PublicNetwork(name);
        return Introduction(known.Words, known.Seen);
    }

    /// <summary>Runs the network over images once.</summary>
    /// <param name="images">The images, unaugmented.</param>
    /// <param name="progress">Hears after every batch.</param>
    /// <param name="token">Stops the pass.</param>
    /// <returns>The pooled feature and the logits of each image; the caller disposes them.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public ImageFeatures Extract(ImageSet images, IProgress<ExtractionProgress>? progress = null,
        CancellationToken token = default) =>
        FeatureExtractor.Compute(Model, images, progress: progress, token: token);

    /// <inheritdoc/>
    public override string ToString() => Introduction(Name, TrainedOn);

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    private static ShapesPretraining? Pretraining(string name) => name switch
    {
        "shapes weak" => ShapesPretraining.Weak,
        "shapes colours" => ShapesPretraining.Colours,
        "shapes forms" => ShapesPretraining.Forms,
        "shapes strong" => ShapesPretraining.Strong,
        _ => null,
    };

    private static string Introduction(string name, string seen) => $"{name}, which has seen {seen}";
}
