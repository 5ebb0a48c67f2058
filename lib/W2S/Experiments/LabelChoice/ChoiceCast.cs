using W2S.Analysis;
using W2S.Data.Sources;
using W2S.Losses;
using W2S.Models;
using W2S.Models.Weights;
using W2S.Runs;
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
public sealed record ChoiceCast : Experiment
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
            Task.Teachers[0].Title, labels: false,
            ProbeStudent.Soft.Loss.Name),
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
        new()
        {
            Images = Task.Data.Pool,
            Network = network,
            WithViews = network == Task.Teachers[0]
        };

    /// <summary>Reads what the cast said.</summary>
    /// <param name="run">The finished run.</param>
    /// <returns>The logits, owned by the current dispose scope.</returns>
    /// <exception cref="FileNotFoundException">Its file was deleted.</exception>
    public CastLogits Read(RunResult run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new CastLogits(Task.Data.Draw(Seed), Seed, SafeTensorsFile.Read(run.File(File)));
    }

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
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
            LinearProbe.Train(
            part.Rows(features), split.Classes, loss, by, Task.Probe with { Seed = Seeds.Derive(Seed, who) },
            context.Progress, context.Token);

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
