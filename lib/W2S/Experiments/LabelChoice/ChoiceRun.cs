using W2S.Analysis;
using W2S.Data.Sources;
using W2S.Losses;
using W2S.Models;
using W2S.Runs;
using W2S.Selection;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments.LabelChoice;

/// <summary>A student that learns from the labels of one rule, on one split.</summary>
/// <remarks>
/// Values: <c>test accuracy</c>; <c>validation accuracy</c> where the student did not learn from the validation labels;
/// of the weak labels that it learned from, <c>label accuracy</c>, <c>coverage</c> of its images, and <c>class
/// balance</c>, the classes among them as exp of their entropy, over C: 1 where all classes are equally frequent; where
/// a part of them is trusted <c>AUC</c>, how well the order tells right labels from wrong ones. The student learns by
/// cross entropy to the labels' distributions, in as many steps whatever the coverage.
/// </remarks>
[Revision(2)]
[RunsOn(typeof(FeatureExtractor), typeof(LinearProbe), typeof(Trainer), typeof(ModelCatalogue))]
public sealed record ChoiceRun : Experiment
{
    /// <summary>What the study is about.</summary>
    public required ChoiceTask Task { get; init; }

    /// <summary>Which labels.</summary>
    public required LabelRule Rule { get; init; }

    /// <inheritdoc/>
    public override string Kind => "label-choice";

    /// <inheritdoc/>
    public override RunFacets Facets => Task.Facets with
    {
        Role = Role ?? Rule.Source switch
        {
            LabelSource.Truth => Runs.Role.Ceiling,
            LabelSource.FewTrueLabels => Runs.Role.FewTrueLabels,
            _ => Runs.Role.Student,
        },
        Supervision = Rule.Source is LabelSource.Truth or LabelSource.FewTrueLabels || Rule.WithLabels
            ? SupervisionKind.Labels : SupervisionKind.Teacher,
        Loss = ProbeStudent.Soft.Loss.Name,
        Labels = Rule.Title,
        Variant = Variant,
    };

    /// <inheritdoc/>
    public override double TestPerTrain => Task.Data.TestPerTrain;

    /// <summary>The split: decides the parts, first weights and batches.</summary>
    public override long Seed { get; init; }

    /// <summary>Teachers and first student of the split.</summary>
    internal ChoiceCast Cast => new() { Task = Task, Seed = Seed };

    /// <inheritdoc/>
    public override IReadOnlyList<Experiment> Needs => [Cast.Features(Task.Student), Cast];

    /// <inheritdoc/>
    public override bool NeedsFiles => true;

    /// <inheritdoc/>
    public override bool SideBySide => true;

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        using var scope = NewDisposeScope();
        var features = FrozenFeatures.Read(context.Of(Cast.Features(Task.Student)));
        var cast = Cast.Read(context.Of(Cast));
        var split = cast.Split;
        var (positions, loss, by, values) = Rule.Source switch
        {
            LabelSource.Truth => ByTruth(split.Unlabelled),
            LabelSource.FewTrueLabels => ByTruth(split.Labelled, split.Validation),
            _ => ByRule(cast),
        };
        using var probe = LinearProbe.Train(features.index_select(0, positions), split.Classes, loss, by,
            Task.Probe with { Seed = Seeds.Derive(Seed, "student") }, context.Progress, context.Token);
        var said = SamplePredictions.Of(probe.Logits(split.Test.Rows(features)), cast.Truth(ChoicePart.Test));
        values["test accuracy"] = said.Accuracy;
        if (!Rule.WithLabels && Rule.Source != LabelSource.FewTrueLabels)
            values["validation accuracy"] = probe.Accuracy(split.Validation.Rows(features), split.Validation.Truth);
        return new RunOutcome
        { Values = values, Predictions = new Dictionary<string, SamplePredictions> { ["test"] = said } };

        static (Tensor, Loss, Supervision, Dictionary<string, double>) ByTruth(params DataPart[] parts) =>
            (tensor(Positions(parts)), new CrossEntropy(),
                Supervision.ByLabels([.. parts.SelectMany(part => part.Truth)]),
                new() { ["label accuracy"] = 1, ["coverage"] = 1 });
    }

    private static long[] Positions(params DataPart[] parts) =>
        [.. parts.SelectMany(part => part.Positions).Select(at => (long)at)];

    private (Tensor, Loss, Supervision, Dictionary<string, double>) ByRule(CastLogits cast)
    {
        var labels = cast.Label(Rule);
        var trust = cast.Trust(labels, Rule.Order);
        var kept = Rule.Coverage == 1 ? [.. trust.Select(_ => true)] : SelectionQuality.Top(trust, Rule.Coverage);
        var mask = tensor(kept);
        var weights = Rule.Distrusted == Distrusted.Weigh ? where(mask, 1.0, tensor(trust)) : null;
        var own = cast.Of(cast.Teachers, ChoicePart.Student, Rule.Calibrated);
        labels = Rule.Distrusted switch
        {
            Distrusted.ReplaceSoft => where(mask.unsqueeze(1), labels, own),
            Distrusted.ReplaceHard =>
                where(mask.unsqueeze(1), labels, HardLabels.Logits(own.argmax(1), own.shape[1], own)),
            _ => labels,
        };
        long[] rows = [.. Enumerable.Range(0, kept.Length).Where(i => kept[i] || Rule.Distrusted != Distrusted.Drop)
            .Select(i => (long)i)];
        if (rows.Length == 0)
            throw new InvalidOperationException(
                $"{Rule.Title} keeps no label of {kept.Length}; take a larger Coverage");
        var by = new Supervision { TeacherLogits = labels, TeacherWeights = weights }.Rows(tensor(rows));
        var (used, right) = (by.TeacherLogits!.argmax(1),
            Accuracy.Correct(by.TeacherLogits!, cast.Truth(ChoicePart.Student).index_select(0, tensor(rows))));
        var values = new Dictionary<string, double>
        {
            ["label accuracy"] = right.Average(x => x ? 1.0 : 0),
            ["coverage"] = rows.Length / (double)kept.Length,
            ["class balance"] = Balance(used.data<long>().ToArray(), cast.Split.Classes),
        };
        if (Rule is { Coverage: < 1, Distrusted: Distrusted.Drop })
            values["AUC"] = SelectionQuality.Auc(trust, Accuracy.Correct(labels, cast.Truth(ChoicePart.Student)));
        long[] positions = [.. rows.Select(row => (long)cast.Split.Unlabelled.Positions[(int)row])];
        if (!Rule.WithLabels) return (tensor(positions), ProbeStudent.Soft.Loss, by, values);
        DataPart[] known = [cast.Split.Labelled, cast.Split.Validation];
        var truth = HardLabels.Logits(tensor([.. known.SelectMany(part => part.Truth)]), cast.Split.Classes, labels);
        var shown = new Supervision
        {
            TeacherLogits = cat([truth, by.TeacherLogits!]),
            TeacherWeights =
                by.TeacherWeights is { } trusted ? cat([ones(truth.shape[0], trusted.dtype), trusted]) : null,
        };
        return (tensor([.. Positions(known), .. positions]), ProbeStudent.Soft.Loss, shown, values);
    }

    private static double Balance(long[] named, int classes)
    {
        var shares = named.GroupBy(k => k).Select(group => group.Count() / (double)named.Length);
        return Math.Exp(-shares.Sum(share => share * Math.Log(share))) / classes;
    }
}
