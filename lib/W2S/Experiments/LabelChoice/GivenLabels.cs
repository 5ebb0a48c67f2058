using W2S.Analysis;
using W2S.Data;
using W2S.Data.Noise;
using W2S.Data.Sources;
using W2S.Losses;
using W2S.Models;
using W2S.Runs;
using W2S.Selection;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments.LabelChoice;

/// <summary>Labels that may be wrong, a weak teacher and a strong student that learned from them: for each image one of
/// them has to be believed, and students show what each way of believing is worth.</summary>
/// <remarks>
/// <para>Of the labelled part the first <see cref="Checked"/> images have been checked: their true class is known
/// beside the label that they were given. They teach nobody but the last rule and the control with few true labels;
/// they serve P(right), temperatures and conformal sets, and as validation. What teacher and student say of an image
/// comes from probes that never saw its label: the other images are dealt in <see cref="Folds"/>, and a probe trained
/// on the others speaks of each; of checked images all do, by their mean logits. The third witness are the image's
/// neighbours in the strong features, <see cref="NeighbourSelection"/>.</para>
/// <para>Each rule is an arm: the labels, or target distributions, that it makes of all this, and a student on the
/// strong features trained on them, always in as many steps. Values: <c>test accuracy</c>; <c>checked accuracy</c> on
/// the checked images, where the student did not learn from them; of selections <c>coverage</c>, <c>label accuracy</c>
/// among the labels kept, and <c>AUC</c>, how well the score tells right labels from wrong ones; of targets
/// <c>label accuracy</c>, how often the target's most likely class is the true one.</para>
/// </remarks>
[RunsOn(typeof(FeatureExtractor), typeof(LinearProbe), typeof(Trainer), typeof(ModelCatalogue))]
public sealed record GivenLabels : Experiment
{
    /// <summary>The images: a labelled part with noise, and those to judge by.</summary>
    public required DataPlan Data { get; init; }

    /// <summary>How many of the labelled images have been checked.</summary>
    /// <value>500.</value>
    public int Checked { get; init; } = 500;

    /// <summary>The weak network.</summary>
    public required NetworkSource Weak { get; init; }

    /// <summary>The strong network.</summary>
    public required NetworkSource Strong { get; init; }

    /// <summary>How every probe is trained; its seed is replaced by the split's.</summary>
    public LinearProbeOptions Probe { get; init; } = new();

    /// <summary>How many parts the images are dealt in for out-of-sample judgements.</summary>
    /// <value>5.</value>
    public int Folds { get; init; } = 5;

    /// <summary>The share of labels that selections keep where they are compared.</summary>
    /// <value>½.</value>
    public double Coverage { get; init => field = Option.Fraction(value); } = .5;

    /// <summary>How often a conformal set may miss the truth.</summary>
    /// <value>0.1.</value>
    public double Miss { get; init => field = Option.Fraction(value); } = .1;

    /// <summary>How many neighbours of an image vote.</summary>
    /// <value>40.</value>
    public int Neighbours { get; init; } = 40;

    /// <summary>CIFAR-100's test images with noise; both networks learned their features from other images of these
    /// classes, under true labels.</summary>
    /// <param name="noise">How labels become wrong.</param>
    /// <returns>The first split.</returns>
    public static GivenLabels Cifar100(NoiseSetting noise) => new()
    {
        Data = new() { Pool = new Cifar100Source(DataSplit.Test), Labelled = 8_000, Test = 2_000, Noise = noise },
        Weak = new PublicNetwork("cifar100_resnet20"),
        Strong = new PublicNetwork("cifar100_resnet56"),
    };

    /// <summary>EuroSAT with noise; no network has seen such images.</summary>
    /// <param name="noise">How labels become wrong.</param>
    /// <returns>The first split.</returns>
    public static GivenLabels EuroSat(NoiseSetting noise) => new()
    {
        Data = new() { Pool = FolderSource.EuroSat, Labelled = 2_000, Test = 1_000, Noise = noise },
        Checked = 200,
        Weak = new PublicNetwork("cifar10_resnet20"),
        Strong = new PublicNetwork("cifar100_resnet56"),
        Probe = new() { Steps = 300 },
        Neighbours = 90,
    };

    /// <summary>Shapes with noise, for a quick look.</summary>
    /// <param name="noise">How labels become wrong.</param>
    /// <returns>The first split.</returns>
    public static GivenLabels Shapes(NoiseSetting noise) => new()
    {
        Data = ChoiceTask.Shapes.Small.Data with
        { Labelled = 1_300, Validation = 0, Unlabelled = 0, Test = 330, Noise = noise },
        Checked = 200,
        Weak = ShapesPretraining.Weak,
        Strong = ShapesPretraining.Strong with { Epochs = 3, Pictures = new() { Count = 1_500, Difficulty = .6 } },
        Probe = new() { Steps = 100 },
        Neighbours = 30,
    };

    /// <inheritdoc/>
    public override string Kind => "given-labels";

    /// <inheritdoc/>
    public override RunFacets Facets => RunFacets.Common(Arms) with { Teacher = Weak.Title, Student = Strong.Title };

    /// <inheritdoc/>
    public override double TestPerTrain => Data.TestPerTrain;

    /// <summary>The split: decides images, noise, folds, first weights and batches.</summary>
    public override long Seed { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Experiment> Needs =>
        [.. FrozenFeatures.Of(Data, Weak), .. FrozenFeatures.Of(Data, Strong)];

    /// <inheritdoc/>
    public override bool NeedsFiles => true;

    /// <inheritdoc/>
    public override bool SideBySide => true;

    /// <inheritdoc/>
    public override IReadOnlyList<RunFacets> Arms =>
    [
        Arm(Runs.Role.WeakTeacher, Weak, false),
        .. GivenRule.All.Select(rule => Arm(rule.Role, Strong, rule.Teacher) with
        {
            Loss = rule.Role == Runs.Role.Student ? rule.Loss?.Name : null,
            Supervision = rule.Loss is null || !rule.Teacher ? SupervisionKind.Labels
                : rule.Loss.LabelWeight > 0 ? SupervisionKind.Both : SupervisionKind.Teacher,
            Labels = rule.Labels,
        }),
    ];

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        using var scope = NewDisposeScope();
        var data = Data.Draw(Seed);
        var part = data.Labelled;
        if (Checked < 1 || Checked >= part.Count)
            throw new ArgumentException($"{Checked} of {part.Count} labelled images are checked; give 1 or more, and "
                + "leave some to learn from", nameof(Checked));
        var (weak, strong) = (Rows(Weak), Rows(Strong));
        var (weakTest, test) = (Tests(Weak), Tests(Strong));
        var truth = tensor(data.Test.Truth.ToArray());
        var given = tensor(part.Given.ToArray());
        var witnesses = new GivenWitnesses(this, data, CrossFit(weak, "teacher"), CrossFit(strong, "student"),
            new NeighbourSelection { Neighbours = Neighbours }.Select(strong, given, data.Classes).Votes);
        (string Who, Tensor Seen, Tensor Test, GivenChoice Choice, bool Predicts)[] learners =
        [
            ("teacher", weak, weakTest, GivenChoice.ByLabels(witnesses.Rest, given), false),
            .. GivenRule.All.Select(rule => ("student", strong, test, rule.Choose(witnesses), rule.Predicts)),
        ];
        var probes = LinearProbe.TrainMany([.. learners.Select(own =>
            Task(own.Seen, own.Choice.Rows, own.Choice.Loss, own.Choice.By, own.Who))], token: context.Token);
        var predictions = new Dictionary<string, SamplePredictions>();
        var arms = probes.Zip(learners, Arms).Select(arm =>
        {
            var (probe, own, facets) = arm;
            using (probe)
            {
                var (said, values) = (SamplePredictions.Of(probe.Logits(own.Test), truth), own.Choice.Values);
                values["test accuracy"] = said.Accuracy;
                if (!own.Choice.LearnsChecked)
                    values["checked accuracy"] =
                        probe.Accuracy(own.Seen.narrow(0, 0, Checked), [.. part.Truth.Take(Checked)]);
                if (own.Predicts) predictions[facets.Method] = said;
                return new RunArm(facets, values);
            }
        }).ToArray();
        return new RunOutcome { Values = new Dictionary<string, double>(), Arms = arms, Predictions = predictions };

        Tensor Rows(NetworkSource network) => FrozenFeatures.Of(Data.Pool, network).Rows(context, part);

        Tensor Tests(NetworkSource network) =>
            FrozenFeatures.Of(Data.TestPool ?? Data.Pool, network).Rows(context, data.Test);

        ProbeTask Task(Tensor features, Tensor rows, Loss loss, Supervision by, string who) =>
            new(features.index_select(0, rows), data.Classes, loss, by.Rows(rows),
                Probe with { Seed = Seeds.Derive(Seed, who) });

        // The images are in a random order already: every Folds-th of them is a part.
        Tensor CrossFit(Tensor features, string who)
        {
            long[][] own = [.. Enumerable.Range(0, Folds).Select(fold => Enumerable.Range(Checked, part.Count - Checked)
                .Where(i => i % Folds == fold).Select(i => (long)i).ToArray())];
            var trained = LinearProbe.TrainMany([.. own.Select((_, fold) => Task(features,
                tensor([.. own.Where((_, other) => other != fold).SelectMany(rows => rows)]), new CrossEntropy(),
                new Supervision { Labels = given }, who))], token: context.Token);
            var logits = zeros(part.Count, data.Classes);
            foreach (var (probe, rows) in trained.Zip(own))
            {
                using (probe)
                {
                    var said = probe.Logits(features);
                    logits.index_copy_(0, tensor(rows), said.index_select(0, tensor(rows)));
                    logits.narrow(0, 0, Checked).add_(said.narrow(0, 0, Checked) / Folds);
                }
            }
            return logits;
        }
    }

    private RunFacets Arm(Role role, NetworkSource network, bool teacher) => RunFacets.Of("given labels", Data.Title,
        role, network.Title, teacher ? Weak.Title : null, labels: true, "") with
    { Noise = Data.Noise?.Name };
}
