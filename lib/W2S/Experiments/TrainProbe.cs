using W2S.Analysis;
using W2S.Data.Sources;
using W2S.Models;
using W2S.Runs;
using W2S.Selection;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>A linear probe on a frozen network's features: by labels that may be wrong, by a weak teacher that is another
/// such probe, or by both.</summary>
/// <remarks>
/// OpenAI's weak-to-strong protocol, and noisy labels, on frozen representations. The weak teacher is a probe on the weak
/// network's features, trained on the labels that the labelled part is given. A student is a probe on the strong
/// network's features. Where the plan has an unlabelled part, students learn from it by the teacher alone and their
/// ceiling by its truth; else all learn from the labelled part. Probes of one split share images, noise, first weights
/// and batches, and are judged by true labels of images that nobody here trains on. Values: <c>test accuracy</c>; with a
/// teacher <c>test agreement</c>, how often it names the teacher's class; <c>L2</c> where the penalty is chosen by own
/// labels; and the numbers of the last point of the history, which are said of the images that it learned from:
/// <c>train truth</c>, <c>trusted</c>, <c>trusted right</c>, <c>memorised</c>. After openai/weak-to-strong, folder vision.
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

    /// <summary>How the probe is trained; seed, mixup and, where the method goes without, penalty are the run's
    /// own.</summary>
    public LinearProbeOptions Probe { get; init; } = new() { ReportEvery = 50 };

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
    public TrainProbe Teacher => this with { Method = ProbeMethod.WeakTeacher, Variant = null };

    /// <inheritdoc/>
    public override IReadOnlyList<Experiment> Needs
    {
        get
        {
            List<Experiment> needs = [Features(Data.Pool, Network)];
            if (Data.TestPool is { } tests) needs.Add(Features(tests, Network));
            if (!Method.Teacher) return needs;
            needs.AddRange([Teacher, Features(Data.Pool, Weak)]);
            if (Data.TestPool is { } judged) needs.Add(Features(judged, Weak));
            return needs;
        }
    }

    private NetworkSource Network => Method.Weak ? Weak : Strong;

    /// <summary>What students stand between: the weak teacher, the strong network alone with the given labels, and the
    /// ceiling.</summary>
    public IReadOnlyList<TrainProbe> Ends => [.. new[] { ProbeMethod.WeakTeacher, ProbeMethod.StrongAlone,
        ProbeMethod.Ceiling }.Select(method => this with { Method = method, Variant = null })];

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var scope = NewDisposeScope();
        var data = Data.Draw(Seed);
        var part = Data.Unlabelled > 0 && (Method.Teacher || Method.TrueLabels) ? data.Unlabelled : data.Labelled;
        var (train, test) = (Rows(context, Data.Pool, Network, part),
            Rows(context, Data.TestPool ?? Data.Pool, Network, data.Test));
        var given = tensor([.. Method.TrueLabels ? part.Truth : part.Given]);
        using var taught = Method.Teacher ? LinearProbe.Load(context.Of(Teacher).File(File)) : null;
        // The teacher has no dropout and no running statistics: a probe is always in evaluation mode.
        var teacher = taught?.Logits(Rows(context, Data.Pool, Weak, part));
        var (chosen, selection) = Choose(train, given, part, data.Classes);
        var by = new Supervision { Labels = Method.Labels ? given : null, TeacherLogits = teacher }.Rows(chosen);
        List<RunPoint> history = [];
        var judge = new LabelJudge(Method.Loss, part, given, teacher);
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
        foreach (var (name, value) in selection) values[name] = value;
        if (Options.ChooseL2.Count > 0) values["L2"] = probe.L2;
        var said = SamplePredictions.Of(probe.Logits(test), tensor(data.Test.Truth.ToArray()));
        if (taught is not null)
        {
            var weak = taught.Logits(Rows(context, Data.TestPool ?? Data.Pool, Weak, data.Test));
            values["test agreement"] = probe.Accuracy(test, weak.argmax(1).cpu().data<long>().ToArray());
        }
        return new RunOutcome
        {
            Values = values,
            History = history,
            Predictions = new Dictionary<string, SamplePredictions> { ["test"] = said },
        };
    }

    internal static FrozenFeatures Features(DataSource images, NetworkSource network) =>
        new() { Images = images, Network = network };

    private static Tensor Rows(RunContext context, DataSource images, NetworkSource network, DataPart part)
    {
        using var all = FrozenFeatures.Read(context.Of(Features(images, network)));
        return part.Rows(all);
    }

    private LinearProbeOptions Options => (Method.Unregularised ? Probe with { L2 = 0, ChooseL2 = [] } : Probe) with
    { Seed = Seeds.Derive(Seed, Method.Weak ? "teacher" : "student"), Mixup = Method.Mixup };

    private (Tensor Rows, IReadOnlyDictionary<string, double> Values) Choose(Tensor features, Tensor given,
        DataPart part, int classes)
    {
        if (Method.Selection is not { } selection)
            return (arange(features.shape[0], ScalarType.Int64), new Dictionary<string, double>());
        var kept = selection.Select(features, given, classes);
        var quality = SelectionQuality.Of(kept.Selected, part.Right);
        var rows = kept.Rows;
        if (rows.Length == 0)
            throw new InvalidOperationException(
                $"{Facets.Method}: the neighbours confirm no label; take a larger Quantile or other Neighbours");
        return (tensor(rows),
            new Dictionary<string, double> { ["selected"] = quality.Coverage, ["selected right"] = quality.Accuracy });
    }
}
