using TorchSharp;
using W2S.Data;
using W2S.Data.Sources;
using W2S.Models;
using W2S.Models.Weights;
using W2S.Runs;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>A frozen network's features of a set, of the images as they are and, where asked, of five views of each:
/// computed once and kept.</summary>
/// <remarks>The views are the mirror image and shifts by two pixels to each side with black borders: what the networks
/// saw in training, without chance.</remarks>
[RunsOn(typeof(FeatureExtractor), typeof(Trainer), typeof(ModelCatalogue))]
public sealed record FrozenFeatures : Experiment
{
    /// <summary>How many views there are beside the image itself.</summary>
    public const int Views = 5;

    private const string File = "features.safetensors";

    /// <summary>The images.</summary>
    public required DataSource Images { get; init; }

    /// <summary>The network, also one of your own.</summary>
    public required NetworkSource Network { get; init; }

    /// <summary>Whether the views are wanted too.</summary>
    /// <value>False.</value>
    public bool WithViews { get; init; }

    /// <inheritdoc/>
    public override string Kind => "features";

    /// <inheritdoc/>
    public override RunFacets Facets => new() { Scenario = "features", Data = Images.Title, Student = Network.Title };

    /// <summary>0: nothing is dealt.</summary>
    public override double TestPerTrain => 0;

    /// <summary>Always 0: nothing is left to chance.</summary>
    public override long Seed { get; init; }

    /// <summary>The features of a set, without views.</summary>
    internal static FrozenFeatures Of(DataSource images, NetworkSource network) =>
        new() { Images = images, Network = network };

    /// <summary>The features of all images that a plan deals.</summary>
    internal static IEnumerable<FrozenFeatures> Of(DataPlan data, NetworkSource network) =>
        new[] { data.Pool, data.TestPool }.OfType<DataSource>().Select(images => Of(images, network));

    /// <summary>One part's rows of them, for a run that needs them.</summary>
    /// <returns>Float32 [n, F], owned by the current dispose scope.</returns>
    internal Tensor Rows(RunContext context, DataPart part)
    {
        using var all = Read(context.Of(this));
        return part.Rows(all);
    }

    /// <summary>Reads the features of a finished run.</summary>
    /// <param name="run">The run.</param>
    /// <returns>Float32 [N, F], owned by the current dispose scope.</returns>
    /// <exception cref="FileNotFoundException">Its file was deleted.</exception>
    public static Tensor Read(RunResult run) => Read(run, "features");

    /// <summary>Reads the features of the views.</summary>
    /// <param name="run">A finished run with views.</param>
    /// <returns>Float32 [V, N, F], owned by the current dispose scope.</returns>
    /// <exception cref="FileNotFoundException">Its file was deleted.</exception>
    public static Tensor ReadViews(RunResult run) => Read(run, "views");

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        using var scope = NewDisposeScope();
        using var images = Images.Read();
        using var network = FrozenNetwork.Of(Network, context.Progress, context.Token);
        var tensors =
            new Dictionary<string, Tensor> { ["features"] = network.Features(images, null, context.Token) };
        if (WithViews) tensors["views"] = stack([.. Enumerable.Range(0, Views).Select(OfView)]);
        SafeTensorsFile.Write(Path.Combine(context.Kept, File), tensors);
        return new RunOutcome
        {
            Values = new Dictionary<string, double>
            { ["images"] = images.Count, ["features"] = tensors["features"].shape[1] },
        };

        Tensor OfView(int view)
        {
            using var set = new ImageSet(images.Name, View(images.Images, view), images.Labels, images.ClassNames);
            return network.Features(set, null, context.Token);
        }
    }

    /// <summary>One of the views of a batch of images.</summary>
    /// <param name="images">uint8 [N, 3, H, W].</param>
    /// <param name="view">0: mirrored; 1 … 4: moved by two pixels up, down, left, right.</param>
    internal static Tensor View(Tensor images, int view)
    {
        if (view == 0) return images.flip(3);
        var (h, w) = (images.shape[2], images.shape[3]);
        var (top, left) = view switch { 1 => (4, 2), 2 => (0, 2), 3 => (2, 4), _ => (2, 0) };
        using var padded = zeros(images.shape[0], images.shape[1], h + 4, w + 4, ScalarType.Byte);
        padded.narrow(2, 2, h).narrow(3, 2, w).copy_(images);
        return padded.narrow(2, top, h).narrow(3, left, w).contiguous();
    }

    private static Tensor Read(RunResult run, string name)
    {
        ArgumentNullException.ThrowIfNull(run);
        using var scope = NewDisposeScope();
        return SafeTensorsFile.Read(run.File(File))[name].MoveToOuterDisposeScope();
    }
}
