using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>A frozen network's features of a set of images, computed once and kept.</summary>
public sealed record FrozenFeatureRun : Experiment
{
    private const string File = "features.safetensors";

    /// <summary>The images.</summary>
    public required NoisyImages Images { get; init; }

    /// <summary>A public network, for instance <c>cifar100_resnet20</c>, or <c>shapes weak</c> and <c>shapes strong</c>, which are trained on the spot.</summary>
    public required string Network { get; init; }

    /// <inheritdoc/>
    public override string Kind => "features";

    /// <inheritdoc/>
    public override string Name => Network;

    /// <inheritdoc/>
    public override string Setting => Images.Title();

    /// <summary>Always 0: nothing is left to chance.</summary>
    public override long Seed { get; init; }

    /// <summary>The network.</summary>
    /// <param name="context">Where to report to.</param>
    /// <returns>The network; the caller disposes it.</returns>
    internal FrozenNetwork Load(RunContext context) => Network switch
    {
        "shapes weak" => ShapesSchool.Weak.Train(context.Progress, context.Token),
        "shapes strong" => ShapesSchool.Strong.Train(context.Progress, context.Token),
        _ => FrozenNetwork.Public(Network),
    };

    /// <summary>Reads the features of a finished run.</summary>
    /// <param name="run">The run.</param>
    /// <returns>Float32 [N, F], owned by the current dispose scope.</returns>
    /// <exception cref="FileNotFoundException">Its file was deleted.</exception>
    public static Tensor Read(RunResult run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return SafeTensorsFile.Read(run.File(File))["features"];
    }

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var images = Images.Read();
        using var network = Load(context);
        using var seen = network.See(images, token: context.Token);
        SafeTensorsFile.Write(Path.Combine(context.Kept, File), new Dictionary<string, Tensor> { ["features"] = seen.Features });
        return new RunOutcome { Values = new Dictionary<string, double> { ["images"] = images.Count, ["features"] = seen.Features.shape[1] } };
    }
}
