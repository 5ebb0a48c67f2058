using TorchSharp;
using W2S.Data;
using W2S.Data.Views;
using W2S.Models;
using W2S.Models.Weights;
using W2S.Training;

namespace W2S.Experiments;

/// <summary>A network that is used as it is: its features serve as a representation for probes.</summary>
/// <param name="Name">What charts and messages call it.</param>
/// <param name="Model">The network.</param>
/// <param name="Normalization">What turns bytes into its input.</param>
/// <param name="TrainedOn">The images and labels that it learned from, in one sentence: no result may be read without
/// it.</param>
public sealed record FrozenNetwork(string Name, ImageModel Model, Normalization Normalization, string TrainedOn)
    : IDisposable
{
    /// <summary>Under what terms its weights may be used, and whose they are.</summary>
    /// <value>Empty: they were trained here.</value>
    public string Licence { get; init; } = "";

    /// <summary>Loads a public network from the data folder: one of the CIFAR networks
    /// (chenyaofo/pytorch-cifar-models), or the ImageNet ResNet-18 of ML.NET's package.</summary>
    /// <param name="name">Data set, then network: for instance <c>cifar100_resnet20</c>, or
    /// <c>imagenet_resnet18</c>.</param>
    /// <returns>The network; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The name has another form.</exception>
    /// <exception cref="DirectoryNotFoundException">The file is not there; the message names the command that fetches
    /// it.</exception>
    /// <remarks>
    /// <c>imagenet_resnet18</c> (<see cref="ResNet.Cntk18"/>) takes images of multiples of 32 pixels; it was checked
    /// against ONNX Runtime at 96, 128 and 224. Its file has no classifier: the head is one class that has learned
    /// nothing. Its accuracy on ImageNet is not published.
    /// </remarks>
    public static FrozenNetwork Public(string name)
    {
        var known = PublicNetwork.Named(name);
        var model = known.Classes > 0 ? ModelCatalogue.Create(known.Network, known.Classes)
            : ModelCatalogue.Create(known.Network, classes: 1, seed: 0);
        try
        {
            model.LoadWeights(DataFolder.Require(known.File), strict: true,
                known.Classes > 0 ? HeadWeights.Load : HeadWeights.Keep);
        }
        catch
        {
            model.Dispose();
            throw;
        }
        return new FrozenNetwork($"{known.Set} {known.Network}", model, known.Normalization, known.Seen)
        {
            Licence = known.Licence,
        };
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
        var known = PublicNetwork.Named(name);
        return Introduction($"{known.Set} {known.Network}", known.Seen);
    }

    /// <summary>Runs the network over images once.</summary>
    /// <param name="images">The images, unaugmented.</param>
    /// <param name="progress">Hears after every batch.</param>
    /// <param name="token">Stops the pass.</param>
    /// <returns>The pooled feature and the logits of each image; the caller disposes them.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public ImageFeatures Extract(ImageSet images, IProgress<ExtractionProgress>? progress = null,
        CancellationToken token = default) =>
        FeatureExtractor.Compute(Model, images, Normalization, progress: progress, token: token);

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
