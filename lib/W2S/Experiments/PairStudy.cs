using W2S.Data.Sources;
using W2S.Models;
using W2S.Runs;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>One split of a set of images as a weak and a strong network see it: what the strong one makes of some true
/// labels alone, of a weak teacher alone, and of both, at several numbers of labels; with the controls that tell a
/// teacher's knowledge from its mere presence.</summary>
/// <remarks>
/// <para>A third of the images has the true labels, a third none, and a third judges. All students are probes on the
/// strong network's features by soft labels. <em>Teacher only</em> learns the teacher's word on the images without
/// labels; the others see the true labels too, beside the word of the teacher, of the student's own probe, or of both,
/// which is the mean of their log-probabilities. Controls: two probes of the strong network in place of both, and a
/// teacher whose word is dealt at random over the images.</para>
/// <para>An arm a probe and number of labels; for their values see <see cref="ProbeProtocol.Run"/>.</para>
/// </remarks>
[RunsOn(typeof(FeatureExtractor), typeof(LinearProbe), typeof(Trainer), typeof(ModelCatalogue))]
public sealed record PairStudy : Experiment
{
    /// <summary>Folds of the true labels that show, without a further label, what each side makes of them.</summary>
    public const int Folds = 5;

    private static readonly ProbeStudent WithLabels = ProbeStudent.Soft with { WithLabels = true };

    /// <summary>The images.</summary>
    public required DataSource Images { get; init; }

    /// <summary>The weak network, also one of your own.</summary>
    public required NetworkSource Weak { get; init; }

    /// <summary>The strong network, also one of your own.</summary>
    public required NetworkSource Strong { get; init; }

    /// <summary>How many true labels there are, an entry a study.</summary>
    public required IReadOnlyList<int> TrueLabels { get; init; }

    /// <summary>Images of each of the three parts.</summary>
    public required int Third { get; init; }

    /// <summary>How every probe is trained; its seed is replaced by the split's.</summary>
    public LinearProbeOptions Probe { get; init; } = new() { Steps = 300, ChooseL2 = [1e-3, 1e-2, 1e-1, 1] };

    /// <inheritdoc/>
    public override string Kind => "pair";

    /// <inheritdoc/>
    public override RunFacets Facets => new()
    { Scenario = Scenario ?? "pairs", Data = Images.Title, Teacher = Weak.Title, Student = Strong.Title };

    /// <inheritdoc/>
    public override IReadOnlyList<RunFacets> Arms => [.. TrueLabels.SelectMany(
        labels => Protocol(labels).Arms(Images.Title, Weak.Title, Strong.Title)
            .Select(arm => arm with { Scenario = Facets.Scenario }))];

    /// <inheritdoc/>
    public override double TestPerTrain => .5;

    /// <summary>The split: decides images, first weights and batches.</summary>
    public override long Seed { get; init; }

    /// <inheritdoc/>
    public override bool NeedsFiles => true;

    /// <inheritdoc/>
    public override bool SideBySide => true;

    /// <inheritdoc/>
    public override IReadOnlyList<Experiment> Needs =>
        [FrozenFeatures.Of(Images, Weak), FrozenFeatures.Of(Images, Strong)];

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        using var scope = NewDisposeScope();
        var (labels, names) = Images.ReadLabels();
        var features = Needs.Select(need => FrozenFeatures.Read(context.Of(need))).ToArray();
        var pair = new FrozenPair(Images.Title, features[0], features[1], labels, names.Count)
        { WeakName = Weak.Title, StrongName = Strong.Title };
        RunArm[] arms = [.. TrueLabels.SelectMany(
            count => Protocol(count).Run(pair, (int)Seed, context.Token)).Zip(Arms,
                (arm, facets) => arm with { Facets = facets })];
        return new RunOutcome { Values = new Dictionary<string, double>(), Arms = arms };
    }

    private ProbeProtocol Protocol(int labels) => new()
    {
        TeacherImages = Third,
        StudentImages = Third,
        TestImages = Third,
        TrueLabels = labels,
        Probe = Probe,
        Folds = Folds,
        Students =
        [
            ProbeStudent.Soft, WithLabels, .. new[]
            {
                WordOf.Itself, WordOf.Both, WordOf.Twins, WordOf.BothShuffled,
            }.Select(word => WithLabels with { Word = word }),
        ],
    };
}
