using TorchSharp;
using W2S.Data;
using W2S.Data.Sources;
using W2S.Models;
using W2S.Runs;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>One split of a <see cref="ProbeProtocol"/> on kept features, as a run that is kept itself.</summary>
/// <remarks>Each probe is an arm with the values of <see cref="ProbeProtocol.Run"/>.</remarks>
[RunsOn(typeof(FeatureExtractor), typeof(LinearProbe), typeof(Trainer), typeof(ModelCatalogue))]
public sealed record ProbeRun : Experiment
{
    /// <summary>Sizes, true labels, students and training.</summary>
    public required ProbeProtocol Protocol { get; init; }

    /// <summary>The images; their labels are the task.</summary>
    public required DataSource Images { get; init; }

    /// <summary>The weak side, as <see cref="FrozenNetwork.Named"/> knows it.</summary>
    public required string Weak { get; init; }

    /// <summary>The strong side.</summary>
    public required string Strong { get; init; }

    /// <inheritdoc/>
    public override string Kind => "probes";

    /// <inheritdoc/>
    public override RunFacets Facets => new()
    {
        Scenario = "probes",
        Data = Images.Title,
        Teacher = Weak,
        Student = Strong,
        TrueLabels = Protocol.TrueLabels,
    };

    /// <inheritdoc/>
    public override IReadOnlyList<RunFacets> Arms => Protocol.Arms(Images.Title, Weak, Strong);

    /// <inheritdoc/>
    public override double TestPerTrain => Protocol.TestPerTrain;

    /// <summary>The split: decides the parts, the first weights and the batches.</summary>
    public override long Seed { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Experiment> Needs => [Features(Weak), Features(Strong)];

    /// <inheritdoc/>
    public override bool NeedsFiles => true;

    /// <inheritdoc/>
    public override bool SideBySide => true;

    /// <summary>The splits 0, 1, 2, … of this protocol: finished ones are read, the others made.</summary>
    /// <param name="splits">How many; three or more for a claim.</param>
    /// <param name="store">Where runs lie.</param>
    /// <param name="progress">Hears of every run.</param>
    /// <param name="token">Stops the run under way.</param>
    /// <returns>The probes of all splits.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="splits"/> is not positive.</exception>
    /// <exception cref="ArgumentException">The protocol does not fit the set, or a network's name has another
    /// form.</exception>
    /// <exception cref="DirectoryNotFoundException">Images or weights are not there; the message names the command that
    /// fetches them.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="RunException">The store cannot be written.</exception>
    public RunSet Study(int splits, RunStore store, IProgress<GridProgress>? progress = null,
        CancellationToken token = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(splits);
        return Grid.Run([.. Enumerable.Range(0, splits).Select(split => this with { Seed = split })], store, progress,
            token);
    }

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var scope = NewDisposeScope();
        using var images = Images.Read();
        var pair = new FrozenPair(Images.Title, FrozenFeatures.Read(context.Of(Features(Weak))),
            FrozenFeatures.Read(context.Of(Features(Strong))), images.Labels, images.Classes)
        { WeakName = Weak, StrongName = Strong };
        return new RunOutcome
        {
            Values = new Dictionary<string, double>(),
            Arms = Protocol.Run(pair, (int)Seed, context.Token),
        };
    }

    private FrozenFeatures Features(string network) => new() { Images = Images, Network = network };
}
