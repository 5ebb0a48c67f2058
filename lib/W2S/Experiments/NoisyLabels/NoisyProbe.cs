using W2S.Analysis;
using W2S.Data.Sources;
using W2S.Runs;
using W2S.Selection;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments.NoisyLabels;

/// <summary>One method on one split with one draw of label noise, as a probe on frozen features.</summary>
/// <remarks>
/// Training images carry noisy labels only; the weak teacher learns from the same noisy labels on the weak network's
/// features. Judged by true labels of images that nobody here trains on. Images to train on and to judge by are
/// disjoint parts of one set, or of two.
/// </remarks>
[RunsOn(typeof(LinearProbe))]
public sealed record NoisyProbe : Experiment
{
    private const string File = "probe.safetensors";

    /// <summary>The images, and the noise on the labels of those to train on.</summary>
    public required DataPlan Data { get; init; }

    /// <summary>The weak network: see <see cref="FrozenNetwork.Named"/>.</summary>
    public required string WeakNetwork { get; init; }

    /// <summary>The strong network.</summary>
    public required string StrongNetwork { get; init; }

    /// <summary>The method.</summary>
    public required NoisyMethod Method { get; init; }

    /// <summary>How the probe is trained; seed and mixup are replaced by the split's and the method's.</summary>
    public LinearProbeOptions Probe { get; init; } = new() { ReportEvery = 50 };

    /// <inheritdoc/>
    public override string Kind => "noisy-probe";

    /// <inheritdoc/>
    public override RunFacets Facets => RunFacets.Of("noisy labels", Data.Title, Role ?? Method.Role, Network,
        Method.Teacher ? WeakNetwork : null, Method.Labels, Method.LossName) with
    {
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
    public NoisyProbe Teacher => this with { Method = NoisyMethod.WeakTeacher };

    /// <inheritdoc/>
    public override IReadOnlyList<Experiment> Needs
    {
        get
        {
            List<Experiment> needs = [Features(Data.Pool, Network)];
            if (Data.TestPool is { } tests) needs.Add(Features(tests, Network));
            if (Method.Teacher) needs.AddRange([Teacher, Features(Data.Pool, WeakNetwork)]);
            return needs;
        }
    }

    private string Network => Method.Weak ? WeakNetwork : StrongNetwork;

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var scope = NewDisposeScope();
        var data = Data.Draw(Seed);
        var split = data.Labelled;
        var train = split.Rows(FrozenFeatures.Read(context.Of(Features(Data.Pool, Network))));
        var test = data.Test.Rows(FrozenFeatures.Read(context.Of(Features(Data.TestPool ?? Data.Pool, Network))));
        var given = tensor([.. Method.TrueLabels ? split.Truth : split.Given]);
        var teacher = Method.Teacher ? Taught(context, split) : null;
        var (chosen, selection) = Choose(train, given, data);
        var options = Probe
            with
        { Seed = Seeds.Derive(Seed, Method.Weak ? "teacher" : "student"), Mixup = Method.Mixup };
        var by = new Supervision { Labels = Method.Labels ? given : null, TeacherLogits = teacher }.Rows(chosen);
        List<RunPoint> history = [];
        var judge = new NoisyJudge(Method.Loss, split, given, teacher);
        using var probe =
            LinearProbe.Train(train.index_select(0, chosen), data.Classes, Method.Loss, by, options, context.Progress,
                context.Token, (point, sofar) =>
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
        return new RunOutcome
        {
            Values = values,
            History = history,
            Predictions =
                new Dictionary<string, SamplePredictions>
                {
                    ["test"] =
                    SamplePredictions.Of(probe.Logits(test), tensor(data.Test.Truth.ToArray()))
                },
        };
    }

    internal static FrozenFeatures Features(DataSource images, string network) =>
        new() { Images = images, Network = network };

    // The teacher has no dropout and no running statistics: a probe is always in evaluation mode.
    private Tensor Taught(RunContext context, DataPart split)
    {
        using var probe = LinearProbe.Load(context.Of(Teacher).File(File));
        return probe.Logits(split.Rows(FrozenFeatures.Read(context.Of(Features(Data.Pool, WeakNetwork)))));
    }

    private (Tensor Rows, IReadOnlyDictionary<string, double> Values) Choose(Tensor features, Tensor given,
        DataParts data)
    {
        if (Method.Selection is not { } selection)
            return (arange(features.shape[0], ScalarType.Int64), new Dictionary<string, double>());
        var kept = selection.Select(features, given, data.Classes);
        var quality = SelectionQuality.Of(kept.Selected, data.Labelled.Right);
        var rows = kept.Rows;
        if (rows.Length == 0)
            throw new InvalidOperationException(
                $"{Facets.Method}: the neighbours confirm no label; take a larger Quantile or other Neighbours");
        return (tensor(rows),
            new Dictionary<string, double> { ["selected"] = quality.Coverage, ["selected right"] = quality.Accuracy });
    }
}
