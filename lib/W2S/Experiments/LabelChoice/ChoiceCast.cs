using TorchSharp;
using W2S.Analysis;
using W2S.Data.Sources;
using W2S.Losses;
using W2S.Models;
using W2S.Models.Weights;
using W2S.Runs;
using W2S.Selection;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments.LabelChoice;

/// <summary>The cast of one split: every teacher, and a first student taught by the first teacher; what they say of
/// validation, student's and test images.</summary>
/// <remarks>Each teacher and the student are arms, with values on the test images: <c>test accuracy</c>,
/// <c>temperature</c>, and ECE of 15 equally wide bins and NLL before and after temperature scaling.</remarks>
[Revision(2)]
[RunsOn(typeof(FeatureExtractor), typeof(LinearProbe), typeof(Trainer), typeof(ModelCatalogue))]
internal sealed record ChoiceCast : Experiment
{
    private const string File = "cast.safetensors";

    /// <summary>What the study is about.</summary>
    public required ChoiceTask Task { get; init; }

    /// <inheritdoc/>
    public override string Kind => "choice-cast";

    /// <inheritdoc/>
    public override RunFacets Facets => Task.Facets with { Variant = "Teachers and first student" };

    /// <inheritdoc/>
    public override IReadOnlyList<RunFacets> Arms =>
    [
        .. Task.Teachers.Select(teacher => RunFacets.Of("label choice", Task.Data.Title, Runs.Role.WeakTeacher,
            teacher.Title, null, labels: true, "")),
        RunFacets.Of("label choice", Task.Data.Title, Runs.Role.Student, Task.Student.Title,
            Task.Teachers[0].Title, labels: false, ProbeStudent.Soft.Loss.Name),
    ];

    /// <inheritdoc/>
    public override double TestPerTrain => Task.Data.TestPerTrain;

    /// <summary>The split.</summary>
    public override long Seed { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Experiment> Needs => [.. Task.Teachers.Select(Features), Features(Task.Student)];

    /// <inheritdoc/>
    public override bool NeedsFiles => true;

    /// <inheritdoc/>
    public override bool SideBySide => true;

    /// <summary>The features of a network of the task; the first teacher's with views.</summary>
    /// <param name="network">One of its teachers, or its student.</param>
    /// <returns>The run that computes them.</returns>
    public FrozenFeatures Features(NetworkSource network) =>
        FrozenFeatures.Of(Task.Data.Pool, network) with { WithViews = network == Task.Teachers[0] };

    /// <summary>Reads what the cast said.</summary>
    /// <param name="run">The finished run.</param>
    /// <returns>The logits, owned by the current dispose scope.</returns>
    /// <exception cref="FileNotFoundException">Its file was deleted.</exception>
    public CastLogits Read(RunResult run) =>
        new(Task.Data.Draw(Seed), Seed, SafeTensorsFile.Read(run.File(File)));

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        using var scope = NewDisposeScope();
        var split = Task.Data.Draw(Seed);
        var logits = new Dictionary<string, Tensor>();
        for (var k = 0; k < Task.Teachers.Count; k++)
        {
            var run = context.Of(Features(Task.Teachers[k]));
            var features = FrozenFeatures.Read(run);
            using var probe = Train(features, split.Labelled, new CrossEntropy(),
                Supervision.ByLabels([.. split.Labelled.Given]), $"teacher {k}");
            Say(probe, features, $"teacher{k}");
            if (k == 0)
                logits["views"] = stack([.. FrozenFeatures.ReadViews(run).unbind(0).Select(
                    view => probe.Logits(split.Unlabelled.Rows(view)))]);
        }
        var strong = FrozenFeatures.Read(context.Of(Features(Task.Student)));
        using var student = Train(strong, split.Unlabelled, ProbeStudent.Soft.Loss,
            Supervision.ByTeacher(logits["teacher0/student"]), "student");
        Say(student, strong, "student");
        SafeTensorsFile.Write(Path.Combine(context.Kept, File),
            logits.ToDictionary(entry => entry.Key, entry => entry.Value.contiguous()));
        return new RunOutcome
        {
            Values = new Dictionary<string, double>(),
            Arms = Judge(new CastLogits(split, Seed, logits)),
        };

        LinearProbe Train(Tensor features, DataPart part, Loss loss, Supervision by, string who) =>
            LinearProbe.Train(part.Rows(features), split.Classes, loss, by,
                Task.Probe with { Seed = Seeds.Derive(Seed, who) }, context.Progress, context.Token);

        void Say(LinearProbe probe, Tensor features, string who)
        {
            foreach (var (name, part) in new[] { ("validation", split.Validation), ("student", split.Unlabelled),
                ("test", split.Test) })
                logits[$"{who}/{name}"] = probe.Logits(part.Rows(features));
        }
    }

    private RunArm[] Judge(CastLogits cast)
    {
        var truth = cast.Truth(ChoicePart.Test);
        return [.. Arms.Select((facets, k) =>
        {
            var (raw, calibrated) = (cast.Of(k, ChoicePart.Test, calibrated: false), cast.Of(k, ChoicePart.Test));
            return new RunArm(facets, new Dictionary<string, double>
            {
                ["test accuracy"] = Accuracy.Top1(raw, truth),
                ["temperature"] = cast.Scalings[k].Temperature,
                ["ECE"] = Scores.CalibrationError(raw, truth),
                ["ECE, calibrated"] = Scores.CalibrationError(calibrated, truth),
                ["NLL"] = Scores.Nll(raw, truth),
                ["NLL, calibrated"] = Scores.Nll(calibrated, truth),
            });
        })];
    }
}

/// <summary>A part of a split that the cast spoke about.</summary>
internal enum ChoicePart
{
    /// <summary>Images with labels for temperatures and votes.</summary>
    Validation,

    /// <summary>The student's images.</summary>
    Student,

    /// <summary>The images to judge by.</summary>
    Test,
}

/// <summary>What teachers and first student said of a split, and the labels that a rule makes of it.</summary>
internal sealed class CastLogits
{
    private readonly IReadOnlyDictionary<string, Tensor> logits;
    private readonly long seed;

    public CastLogits(DataParts split, long seed, IReadOnlyDictionary<string, Tensor> logits)
    {
        (Split, this.seed, this.logits) = (split, seed, logits);
        Teachers = logits.Keys.Count(key => key.EndsWith("/test", StringComparison.Ordinal)) - 1;
        var truth = Truth(ChoicePart.Validation);
        Scalings = [.. Enumerable.Range(0, Teachers + 1).Select(
            k => TemperatureScaling.Fit(Of(k, ChoicePart.Validation, calibrated: false), truth))];
    }

    /// <summary>The split.</summary>
    public DataParts Split { get; }

    /// <summary>How many teachers; the student has the number after the last.</summary>
    public int Teachers { get; }

    /// <summary>The temperature of each teacher, then the student's, fitted on the validation labels.</summary>
    public IReadOnlyList<TemperatureScaling> Scalings { get; }

    /// <summary>What one of the cast said.</summary>
    /// <param name="who">A teacher's number, or <see cref="Teachers"/> for the student.</param>
    /// <param name="part">Of which images.</param>
    /// <param name="calibrated">Whether divided by its temperature.</param>
    /// <returns>[N, C].</returns>
    public Tensor Of(int who, ChoicePart part, bool calibrated = true)
    {
        var raw = logits[$"{(who == Teachers ? "student" : $"teacher{who}")}/{part.ToString().ToLowerInvariant()}"];
        return calibrated ? Scalings[who].Apply(raw) : raw;
    }

    /// <summary>The true labels of a part.</summary>
    /// <param name="part">The part of the images that is meant.</param>
    /// <returns>int64 [N].</returns>
    public Tensor Truth(ChoicePart part) => tensor((part switch
    {
        ChoicePart.Validation => Split.Validation,
        ChoicePart.Student => Split.Unlabelled,
        _ => Split.Test,
    }).Truth.ToArray());

    /// <summary>Gives every image of the student's part a label.</summary>
    /// <param name="rule">Whose labels.</param>
    /// <returns>Logits [N, C].</returns>
    /// <exception cref="ArgumentException">The rule has no weak labels.</exception>
    public Tensor Label(LabelRule rule)
    {
        Tensor[] Teaching(ChoicePart part) =>
            [.. Enumerable.Range(0, Teachers).Select(k => Of(k, part, rule.Calibrated))];
        var student = Of(Teachers, ChoicePart.Student, rule.Calibrated);
        var teachers = Teaching(ChoicePart.Student);
        double[] ByAccuracy() =>
            TeacherPool.ByAccuracy(Teaching(ChoicePart.Validation), Truth(ChoicePart.Validation));
        return rule.Source switch
        {
            LabelSource.FirstTeacher => teachers[0],
            LabelSource.BestTeacher => ByAccuracy().Zip(teachers).MaxBy(teacher => teacher.First).Second,
            LabelSource.Student => student,
            LabelSource.SurestTeacher => TeacherPool.MostConfident(teachers).Logits,
            LabelSource.SurestOfAll => TeacherPool.MostConfident(teachers, student).Logits,
            LabelSource.VotesByAccuracy => TeacherPool.Ensemble(teachers, ByAccuracy()),
            LabelSource.AnyoneRight => AnyoneRight([.. teachers, student]),
            _ => throw new ArgumentException(
                $"the rule '{rule.Title}' learns from true labels; there are no weak ones to give", nameof(rule)),
        };
    }

    /// <summary>How much each of some labels of the student's part is trusted.</summary>
    /// <param name="labels">The labels' logits, [N, C].</param>
    /// <param name="order">In which order.</param>
    /// <returns>N scores, larger for more trusted.</returns>
    public double[] Trust(Tensor labels, LabelOrder order)
    {
        using var scope = NewDisposeScope();
        if (order == LabelOrder.Random)
            return [.. Data.RandomSplit.Permutation((int)labels.shape[0], Seeds.Derive(seed, "trust")).Select(
                place => (double)place)];
        if (order == LabelOrder.Oracle)
            return [.. Accuracy.Correct(labels, Truth(ChoicePart.Student)).Select(right => right ? 1.0 : 0)];
        var scores = Enum.Parse<Confidence>(order.ToString()).Of(
            labels, Of(Teachers, ChoicePart.Student), order == LabelOrder.ViewAgreement ? logits["views"] : null);
        return scores.data<double>().ToArray();
    }

    private Tensor AnyoneRight(IReadOnlyList<Tensor> all)
    {
        var truth = Truth(ChoicePart.Student);
        var named = all.Select(z => z.argmax(1).eq(truth)).Aggregate((a, b) => a | b).unsqueeze(1);
        return where(named, HardLabels.Logits(truth, all[0].shape[1], all[0]), all[0]);
    }
}
