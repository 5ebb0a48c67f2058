using W2S.Analysis;
using W2S.Data.Sources;
using W2S.Models;
using W2S.Runs;
using W2S.Selection;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>A linear probe on a frozen network's features: taught by labels, which may be wrong, by a weak teacher,
/// which is another such probe, or by both.</summary>
/// <remarks>
/// <para>OpenAI's weak-to-strong protocol (openai/weak-to-strong, folder vision), and noisy labels, on frozen
/// representations. The weak teacher is a probe on the weak network's features that learns the given labels of the
/// labelled part; every other probe stands on the strong network's. Where the plan has an unlabelled part, students
/// learn from it, by its true labels too where they see labels, and so does their ceiling; else all learn from the
/// labelled part. Probes of one split share images, noise, first weights and batches, and are judged by true labels of
/// images that nobody here trains on.</para>
/// <para>Values: <c>test accuracy</c>; with a teacher <c>test agreement</c>, how often it names the teacher's class;
/// with a selection <c>selected</c> and <c>selected right</c>, coverage and precision of the labels selected; <c>L2</c>
/// where the penalty is chosen by own labels; and of the images that it learns from <c>train truth</c>,
/// <c>memorised</c>, <c>trusted</c> and <c>trusted right</c>: the share whose true class it names, the share of wrong
/// labels that it repeats, and coverage and precision of the labels that its loss learns by a rule of its own, or else
/// of those to which it gives at least ½.</para>
/// </remarks>
[RunsOn(typeof(LinearProbe))]
public sealed record TrainProbe : Experiment
{
    private const string File = "probe.safetensors";

    /// <summary>The images, and the noise on the labels of the labelled part.</summary>
    public required DataPlan Data { get; init; }

    /// <summary>The weak network, also one of your own.</summary>
    public required NetworkSource Weak { get; init; }

    /// <summary>The strong network, also one of your own.</summary>
    public required NetworkSource Strong { get; init; }

    /// <summary>The method.</summary>
    public required ProbeMethod Method { get; init; }

    /// <summary>How the probe is trained; its seed and mixup are replaced by the split's and the method's.</summary>
    public LinearProbeOptions Probe { get; init; } = new() { ReportEvery = 50 };

    /// <summary>How the teacher's probe is trained where not as this one.</summary>
    /// <value>Null: by <see cref="Probe"/>.</value>
    [Added]
    public LinearProbeOptions? TeacherProbe { get; init; }

    /// <inheritdoc/>
    public override string Kind => "probe";

    /// <inheritdoc/>
    public override RunFacets Facets => RunFacets.Of(Scenario ?? (Data.Noise is null ? "probes" : "noisy labels"),
        Data.Title, Role ?? Method.RoleIn(Data), Network.Title, Method.Teacher ? Weak.Title : null, Method.Labels,
        Method.LossName) with
    {
        TrueLabels = Data.Unlabelled > 0 ? Data.Labelled : null,
        Noise = Data.Noise?.Name,
        Labels = Method.LabelsName,
        Variant = Variant,
    };

    /// <inheritdoc/>
    public override double TestPerTrain => Data.TestPerTrain;

    /// <summary>The split: decides images, noise, first weights and batches.</summary>
    public override long Seed { get; init; }

    /// <inheritdoc/>
    public override bool NeedsFiles => true;

    /// <inheritdoc/>
    public override bool SideBySide => true;

    /// <summary>The teacher of this split.</summary>
    public TrainProbe Teacher => this with
    {
        Method = ProbeMethod.WeakTeacher,
        Role = null,
        Variant = null,
        Probe = TeacherProbe ?? Probe,
        TeacherProbe = null,
    };

    /// <inheritdoc/>
    public override IReadOnlyList<Experiment> Needs =>
        Method.Teacher ? [.. FrozenFeatures.Of(Data, Network), Teacher, .. FrozenFeatures.Of(Data, Weak)]
            : [.. FrozenFeatures.Of(Data, Network)];

    private NetworkSource Network => Method.Weak ? Weak : Strong;

    private LinearProbeOptions Options => Probe with
    { Seed = Seeds.Derive(Seed, Method.Weak ? "teacher" : "student"), Mixup = Method.Mixup };

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        using var scope = NewDisposeScope();
        var data = Data.Draw(Seed);
        var part = Data.Unlabelled > 0 && (Method.Teacher || Method.TrueLabels) ? data.Unlabelled : data.Labelled;
        var (train, test) = (OfTrain(Network), OfTest(Network));
        var given = tensor([.. Method.TrueLabels ? part.Truth : part.Given]);
        // A probe has no dropout and no running statistics: it is always in evaluation mode.
        using var teacher = Method.Teacher ? LinearProbe.Load(context.Of(Teacher).File(File)) : null;
        var taught = teacher?.Logits(OfTrain(Weak));
        var (rows, quality) = Method.Selection is not { } selection ? (null, null)
            : LabelJudge.Confirm(selection, train, given, part, data.Classes, Name);
        var chosen = rows is null ? arange(train.shape[0], ScalarType.Int64) : tensor(rows);
        var by = new Supervision { Labels = Method.Labels ? given : null, TeacherLogits = taught }.Rows(chosen);
        List<RunPoint> history = [];
        var judge = new LabelJudge(Method.Loss, part, given, taught);
        using var probe = LinearProbe.Train(train.index_select(0, chosen), data.Classes, Method.Loss, by, Options,
            context.Progress, context.Token, (point, sofar) =>
            {
                using var step = NewDisposeScope();
                var numbers = judge.Judge(sofar.Logits(train), point.Epoch, point.Epochs);
                numbers["test accuracy"] = sofar.Accuracy(test, data.Test.Truth);
                foreach (var (name, value) in point.Diagnostics) numbers[name] = value;
                history.Add(new RunPoint(point.Epoch, numbers));
            });
        if (Method.Weak) probe.Save(Path.Combine(context.Kept, File));
        var values = new Dictionary<string, double>(history[^1].Values);
        if (quality is not null) (values["selected"], values["selected right"]) = (quality.Coverage, quality.Accuracy);
        if (Probe.ChooseL2.Count > 0) values["L2"] = probe.L2;
        if (teacher is not null)
            values["test agreement"] =
                probe.Accuracy(test, teacher.Logits(OfTest(Weak)).argmax(1).data<long>().ToArray());
        return new RunOutcome
        {
            Values = values,
            History = history,
            Predictions = new Dictionary<string, SamplePredictions>
            { ["test"] = SamplePredictions.Of(probe.Logits(test), tensor(data.Test.Truth.ToArray())) },
        };

        Tensor OfTrain(NetworkSource network) => FrozenFeatures.Of(Data.Pool, network).Rows(context, part);

        Tensor OfTest(NetworkSource network) =>
            FrozenFeatures.Of(Data.TestPool ?? Data.Pool, network).Rows(context, data.Test);
    }
}
