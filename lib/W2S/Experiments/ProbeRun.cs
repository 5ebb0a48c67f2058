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
/// <remarks>Values, top-1 accuracies on the test part, 0 … 1: <c>teacher</c>, <c>few labels</c>, <c>ceiling</c>, and
/// for each student <c>NAME</c> and
/// <c>NAME: agreement</c>, how often it names the teacher's class; where λ is chosen by own labels, <c>PROBE: L2</c> is
/// what each probe chose.</remarks>
[RunsOn(typeof(LinearProbe), typeof(Trainer), typeof(ModelCatalogue))]
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
    /// <returns>All of them.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="splits"/> is not positive.</exception>
    /// <exception cref="ArgumentException">The protocol does not fit the set, or a network's name has another
    /// form.</exception>
    /// <exception cref="DirectoryNotFoundException">Images or weights are not there; the message names the command that
    /// fetches them.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="RunException">The store cannot be written.</exception>
    public ProbeStudy Study(int splits, RunStore store, IProgress<GridProgress>? progress = null,
        CancellationToken token = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(splits);
        var runs = Grid.Run([.. Enumerable.Range(0, splits).Select(split => this with { Seed = split })], store,
            progress, token);
        return new ProbeStudy(Images.Title, Protocol.TrueLabels, Protocol.TestPerTrain, [.. runs.Select(Read)]);
    }

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var scope = NewDisposeScope();
        using var images = Images.Read();
        var pair = new FrozenPair(Images.Title, FrozenFeatures.Read(context.Of(Features(Weak))),
            FrozenFeatures.Read(context.Of(Features(Strong))), images.Labels, images.Classes);
        var split = Protocol.Run(pair, (int)Seed, context.Token);
        var values =
            new Dictionary<string, double>
            {
                ["teacher"] = split.Teacher,
                ["few labels"] = split.FewLabels,
                ["ceiling"] = split.Ceiling
            };
        foreach (var student in Protocol.Students)
        {
            values[student.Name] = split.Students[student.Name];
            values[Agreement(student)] = split.Agreement[student.Name];
        }
        foreach (var (name, l2) in split.L2) values[Penalty(name)] = l2;
        return new RunOutcome { Values = values };
    }

    private SplitAccuracies Read(RunResult run) => new(
        (int)run.Seed, run["teacher"], run["few labels"], run["ceiling"],
        Protocol.Students.ToDictionary(student => student.Name, student => run[student.Name]),
        Protocol.Students.ToDictionary(student => student.Name, student => run[Agreement(student)]))
    {
        L2 = Probes.Where(name => run.Outcome.Values.ContainsKey(Penalty(name))).ToDictionary(name => name,
            name => run[Penalty(name)]),
    };

    private IEnumerable<string> Probes =>
        ["teacher", "few labels", "ceiling", .. Protocol.Students.Select(student => student.Name)];

    private FrozenFeatures Features(string network) => new() { Images = Images, Network = network };

    private static string Penalty(string probe) => $"{probe}: L2";

    private static string Agreement(ProbeStudent student) => $"{student.Name}: agreement";
}
