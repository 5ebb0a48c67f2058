using TorchSharp;
using W2S.Data.Corruptions;
using W2S.Data.Sources;
using W2S.Losses;
using W2S.Losses.WeakToStrong;
using W2S.Models;
using W2S.Runs;
using W2S.Selection;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>One split of a set of images whose weak teachers learn from clean images and name spoilt ones: what a
/// strong student makes of their labels, by RAVEN and by the ways beside it, at several severities.</summary>
/// <remarks>
/// <para>Every network is frozen and every learner a linear probe. The teachers and the strong network alone
/// (<em>few true labels</em>, the gate) learn true labels of clean images; the students' images, the ceiling's and
/// those that judge are spoilt, and nothing else changes.</para>
/// <para>One teacher, the first: plain soft labels, log-confidence by argmax, <see cref="AdaptConf.Paper"/>,
/// <see cref="Evidential"/>; <em>bootstrapped</em>, where a student in between learns from the teacher and teaches in
/// turn; <em>co-supervised</em> (<see cref="CoSupervision"/>), where two specialists of the first network, for half of
/// the classes each, correct the student of soft labels. All teachers: <em>ensemble</em>, the mean of their
/// distributions, and <see cref="Raven"/>, also with its weights at rest. RAVEN takes the penalty that the ensemble's
/// student has chosen by its labels, which are RAVEN's own at the start; <see cref="Evidential"/>, whose logits are no
/// distribution's, that of the student of soft labels.</para>
/// <para>An arm a probe and severity; values <c>test accuracy</c>, and of a student, with the teacher that it learns
/// from, <c>test agreement</c> and <c>both right</c>; <c>L2</c>; of RAVEN <c>weight 1</c>, <c>weight 2</c>, … of its
/// teachers. Kept are the predictions at severity <see cref="Shown"/> of the first teacher and the arms of soft labels,
/// ensemble and RAVEN.</para>
/// </remarks>
[RunsOn(typeof(LinearProbe))]
public sealed record ShiftStudy : Experiment
{
    /// <summary>The severity whose predictions are kept.</summary>
    public const int Shown = 3;

    /// <summary>The images, clean: the labelled part for teachers, the unlabelled one for students.</summary>
    public required DataPlan Data { get; init; }

    /// <summary>How they are spoilt.</summary>
    public required CorruptionKind Corruption { get; init; }

    /// <summary>How much: 1 … 5, or 0 for clean images; every arm is there at each.</summary>
    public required IReadOnlyList<int> Severities { get; init; }

    /// <summary>The weak networks, also your own; where one teaches, the first.</summary>
    public required IReadOnlyList<NetworkSource> Teachers { get; init; }

    /// <summary>The network between weak and strong, for the student that teaches in turn.</summary>
    public required NetworkSource Between { get; init; }

    /// <summary>The strong network.</summary>
    public required NetworkSource Strong { get; init; }

    /// <summary>How every probe is trained; its seed is replaced by the split's.</summary>
    public LinearProbeOptions Probe { get; init; } = new() { Steps = 300, ChooseL2 = [1e-3, 1e-2, 1e-1, 1] };

    /// <summary>η of <see cref="Raven"/>.</summary>
    /// <value>2/150: over the 150 batches of the default's second half the weights can go as far as by the published
    /// 10⁻⁴ over the 20,000 of ImageNet-C.</value>
    public double WeightRate { get; init; } = 2.0 / 150;

    /// <inheritdoc/>
    public override string Kind => "shift";

    /// <inheritdoc/>
    public override RunFacets Facets => new()
    { Scenario = Scenario ?? "shift", Data = Data.Title, Teacher = Pool, Student = Strong.Title };

    /// <inheritdoc/>
    public override IReadOnlyList<RunFacets> Arms => [.. Severities.SelectMany(ArmsAt)];

    /// <inheritdoc/>
    public override double TestPerTrain => Data.TestPerTrain;

    /// <summary>The split: decides images, first weights and batches.</summary>
    public override long Seed { get; init; }

    /// <inheritdoc/>
    public override bool NeedsFiles => true;

    /// <inheritdoc/>
    public override bool SideBySide => true;

    /// <inheritdoc/>
    public override IReadOnlyList<Experiment> Needs =>
        [.. Severities.Prepend(0).Distinct().SelectMany(severity => Teachers.Append(Between).Append(Strong).Select(
            network => FrozenFeatures.Of(Images(severity), network)))];

    private string Pool => string.Join(" + ", Teachers.Select(teacher => teacher.Title));

    private DataSource Images(int severity) => Data.Pool.Corrupted(new Corruption(Corruption, severity));

    private RunFacets[] ArmsAt(int severity)
    {
        var one = Teachers[0].Title;
        return
        [
            .. Teachers.Select(teacher => Arm(Runs.Role.WeakTeacher, teacher.Title, null, "")),
            Arm(Runs.Role.WeakTeacher, Pool, null, ""),
            Arm(Runs.Role.FewTrueLabels, Strong.Title, null, ""), Arm(Runs.Role.Ceiling, Strong.Title, null, ""),
            .. Alone.Select(loss => Student(one, loss.Name)), Student(Pool, Soft.Name, "ensemble"),
            Student(one, Soft.Name, "bootstrapped"), Student(one, Soft.Name, "co-supervised"),
            Student(Pool, Soft.Name, "RAVEN"), Student(Pool, Soft.Name, "RAVEN") with { Variant = "weights at rest" },
        ];

        RunFacets Student(string teacher, string loss, string? labels = null) =>
            Arm(Runs.Role.Student, Strong.Title, teacher, loss) with { Labels = labels };

        RunFacets Arm(Role role, string network, string? teacher, string loss) =>
            RunFacets.Of(Facets.Scenario, Images(severity).Title, role, network, teacher, teacher is null, loss);
    }

    internal static readonly DistillationLoss Soft = new WeakCrossEntropy();

    // By one teacher's word alone; those in closed form first.
    internal static readonly DistillationLoss[] Alone =
        [Soft, new LogConfidence { SelfLabel = SelfLabel.Argmax, WarmUp = .2 }, AdaptConf.Paper, new Evidential()];

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        using var scope = NewDisposeScope();
        var parts = Data.Draw(Seed);
        var half = Enumerable.Range(0, parts.Classes).Select(c => 2 * c / parts.Classes).ToArray();
        var known = tensor([.. parts.Labelled.Truth]);
        var first = Rows(context, Teachers[0], 0, parts.Labelled);
        ProbeTask[] labelled =
        [
            .. Teachers.Select((network, k) =>
                Labels(Rows(context, network, 0, parts.Labelled), known, $"teacher {k}")),
            .. new[] { 0, 1 }.Select(side => tensor([.. Enumerable.Range(0, parts.Labelled.Count)
                .Where(i => half[parts.Labelled.Truth[i]] == side).Select(i => (long)i)])).Select((own, side) =>
                    Labels(first.index_select(0, own), known.index_select(0, own), $"specialist {side}")),
            Labels(Rows(context, Strong, 0, parts.Labelled), known, "student"),
        ];
        var probes = LinearProbe.TrainMany(labelled, token: context.Token);
        var (weak, special, few) = (probes.Take(Teachers.Count).ToArray(),
            probes.Skip(Teachers.Count).SkipLast(1).ToArray(), probes[^1]);
        var predictions = new Dictionary<string, SamplePredictions>();
        RunArm[] arms = [.. Severities.SelectMany(At)];
        foreach (var probe in probes) probe.Dispose();
        return new RunOutcome { Values = new Dictionary<string, double>(), Arms = arms, Predictions = predictions };

        RunArm[] At(int severity)
        {
            using var inner = NewDisposeScope();
            var judged = new ShiftedStudents(this, parts, context, severity).Learn(weak, special, half, few);
            return [.. ArmsAt(severity).Zip(judged, (facets, arm) =>
            {
                if (severity == Shown && IsShown(facets)) predictions[facets.Method] = arm.Said;
                return new RunArm(facets, arm.Values);
            })];
        }

        bool IsShown(RunFacets arm) => arm is { Role: Runs.Role.WeakTeacher } ? arm.Teacher == Teachers[0].Title
            : arm is { Role: Runs.Role.Student, Variant: null, Labels: "ensemble" or "RAVEN" }
                || arm is { Role: Runs.Role.Student, Labels: null } && arm.Loss == Soft.Name;

        ProbeTask Labels(Tensor features, Tensor labels, string who) => new(features, parts.Classes,
            new CrossEntropy(), new Supervision { Labels = labels }, Probe with { Seed = Seeds.Derive(Seed, who) });
    }

    /// <summary>What a network sees of a part's images at a severity.</summary>
    internal Tensor Rows(RunContext context, NetworkSource network, int severity, DataPart part) =>
        FrozenFeatures.Of(Images(severity), network).Rows(context, part);
}

/// <summary>The probes of a <see cref="ShiftStudy"/> that learn from spoilt images, at one severity.</summary>
internal sealed class ShiftedStudents
{
    private readonly ShiftStudy study;
    private readonly DataParts parts;
    private readonly CancellationToken token;
    private readonly Tensor truth, between;

    // The students' images and the test images, as each weak network and the strong one see them.
    private readonly (Tensor Students, Tensor Test)[] seen;
    private readonly (Tensor Students, Tensor Test) strong;

    public ShiftedStudents(ShiftStudy study, DataParts parts, RunContext context, int severity)
    {
        (this.study, this.parts, token) = (study, parts, context.Token);
        truth = tensor([.. parts.Test.Truth]);
        seen = [.. study.Teachers.Select(See)];
        between = study.Rows(context, study.Between, severity, parts.Unlabelled);
        strong = See(study.Strong);

        (Tensor, Tensor) See(NetworkSource network) => (study.Rows(context, network, severity, parts.Unlabelled),
            study.Rows(context, network, severity, parts.Test));
    }

    /// <summary>Trains and judges, in the order of the study's arms.</summary>
    public (Dictionary<string, double> Values, SamplePredictions Said)[] Learn(
        LinearProbe[] weak, LinearProbe[] specialists, IReadOnlyList<int> groups, LinearProbe few)
    {
        Tensor[] told = [.. weak.Zip(seen, (probe, own) => probe.Logits(own.Students))];
        Tensor[] tested = [.. weak.Zip(seen, (probe, own) => probe.Logits(own.Test))];
        var (pool, poolTested) = (Mean(told), Mean(tested));
        var first = LinearProbe.TrainMany(
        [
            Task(strong.Students, new CrossEntropy(), Supervision.ByLabels([.. parts.Unlabelled.Truth])),
            .. ShiftStudy.Alone.Where(loss => loss.HasClosedForm).Select(loss =>
                Task(strong.Students, loss, Supervision.ByTeacher(told[0]))),
            Task(strong.Students, ShiftStudy.Soft, Supervision.ByTeacher(pool)),
            Task(between, ShiftStudy.Soft, Supervision.ByTeacher(told[0])) with { Options = Of("between") },
        ], token: token);
        var (ceiling, plain, ensemble, middle) = (first[0], first[1], first[^2], first[^1]);

        var pointing = plain.Logits(strong.Students);
        var assigned = CoSupervision.Assign(pointing,
            [.. specialists.Select(probe => probe.Logits(seen[0].Students))], groups).Logits;
        var kept = CoSupervision.Keep(pointing, assigned).nonzero().squeeze(1);
        Raven[] ravens = [.. new[] { study.WeightRate, 0 }.Select(rate => new Raven(told) { LearningRate = rate })];
        var second = LinearProbe.TrainMany(
        [
            Task(strong.Students, ShiftStudy.Soft, Supervision.ByTeacher(middle.Logits(between))),
            Task(strong.Students.index_select(0, kept), ShiftStudy.Soft,
                Supervision.ByTeacher(assigned.index_select(0, kept))),
            .. ravens.Select(raven => With(ensemble.L2, ShiftStudy.Soft, pool) with { Teach = raven.Teach }),
            .. ShiftStudy.Alone.Where(loss => !loss.HasClosedForm).Select(loss => With(plain.L2, loss, told[0])),
        ], token: token);
        LinearProbe[] single = [.. first.Skip(1).SkipLast(2), .. second.Skip(2 + ravens.Length)];

        (Dictionary<string, double> Values, SamplePredictions Said)[] judged =
        [
            .. tested.Append(poolTested).Select(logits => Judge(logits, null, null)),
            Student(few, null), Student(ceiling, null),
            .. single.Select(probe => Student(probe, tested[0])), Student(ensemble, poolTested),
            .. second.Take(2).Select(probe => Student(probe, tested[0])),
            .. second.Skip(2).Take(ravens.Length).Select(probe => Student(probe, poolTested)),
        ];
        foreach (var (raven, arm) in ravens.Zip(judged.TakeLast(2)))
            for (var k = 0; k < weak.Length; k++) arm.Values[$"weight {k + 1}"] = raven.Weights[k];
        foreach (var probe in first.Concat(second)) probe.Dispose();
        return judged;

        (Dictionary<string, double>, SamplePredictions) Student(LinearProbe probe, Tensor? teacher) =>
            Judge(probe.Logits(strong.Test), teacher, probe);
    }

    private static Tensor Mean(Tensor[] logits) => TeacherPool.Ensemble(logits, [.. logits.Select(_ => 1.0)]);

    private LinearProbeOptions Of(string who) => study.Probe with { Seed = Seeds.Derive(study.Seed, who) };

    private ProbeTask With(double l2, Loss loss, Tensor teacher) =>
        Task(strong.Students, loss, Supervision.ByTeacher(teacher)) with
        { Options = Of("student") with { ChooseL2 = [], L2 = l2 } };

    private ProbeTask Task(Tensor features, Loss loss, Supervision by) =>
        new(features, parts.Classes, loss, by, Of("student"));

    private (Dictionary<string, double>, SamplePredictions) Judge(Tensor logits, Tensor? teacher, LinearProbe? probe)
    {
        var said = SamplePredictions.Of(logits, truth);
        var values = new Dictionary<string, double> { ["test accuracy"] = said.Accuracy };
        if (probe is not null) values["L2"] = probe.L2;
        if (teacher is not null)
        {
            var agreed = logits.argmax(1).eq(teacher.argmax(1));
            values["test agreement"] = Share(agreed);
            values["both right"] = Share(agreed.logical_and(logits.argmax(1).eq(truth)));
        }
        return (values, said);

        static double Share(Tensor which) => which.to_type(ScalarType.Float64).mean().item<double>();
    }
}
