using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using TorchSharp;
using W2S.Analysis;
using W2S.Charts;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Episodes;
using W2S.Data.Noise;
using W2S.Data.Views;
using W2S.Experiments;
using W2S.Experiments.FewShot;
using W2S.Experiments.LabelChoice;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Models;
using W2S.Models.Weights;
using W2S.Runs;
using W2S.Selection;
using W2S.Tests.Data;
using W2S.Tests.Losses;
using W2S.Tests.Training;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests;

/// <summary>
/// Every public entry that takes labels, logits, features, weights or scores, in tables: what is outside the classes,
/// is no number or has another shape or type is refused with the argument, the value and a cure, and an expanded tensor
/// counts as what it shows.
/// </summary>
/// <remarks>Four samples of three classes. A new entry gets a row, or <see cref="Elsewhere"/> says why it needs none; a
/// test tells of one without.</remarks>
[Collection(ProcessWide.Name)]
public sealed class EntryTests
{
    private const int N = 4, C = 3;

    // Calls an entry with one of its arguments, the others being good; the result is what is compared.
    private sealed record Entry<T>(string Name, Func<T, object?> Call)
    {
        public override string ToString() => Name;
    }

    private static Entry<Tensor>[] LabelTensors =>
    [
        new("Accuracy.Top1(labels)", y => Accuracy.Top1(Z, y)),
        new("Accuracy.Correct(labels)", y => Accuracy.Correct(Z, y)),
        new("Scores.CalibrationError(labels)", y => Scores.CalibrationError(Z, y)),
        new("CorrectnessCells.PerSample(labels)", y => CorrectnessCells.PerSample(Z, Z2, y)),
        new("Misfit.Of(labels)", y => Misfit.Of(Z, Z2, y)),
        new("Scores.Nll(labels)", y => Scores.Nll(Z, y)),
        new("Scores.NllPerSample(labels)", y => Scores.NllPerSample(Z, y)),
        new("TemperatureScaling.Fit(labels)", y => TemperatureScaling.Fit(Z, y)),
        new("SamplePredictions.Of(labels)", y => SamplePredictions.Of(Z, y)),
        new("TeacherPool.ByAccuracy(labels)", y => TeacherPool.ByAccuracy([Z, Z2], y)),
        new("ConfidentLearning.Find(labels)", y => ConfidentLearning.Find(Z, y).Trust),
        new("ConformalSets.Fit(truth)", y => ConformalSets.Fit(Z, y, .2).Least),
        new("NeighbourSelection.Select(labels)",
            y => Selected(new NeighbourSelection { Neighbours = 2 }.Select(X, y, C))),
        new("Logits.CrossEntropy(classes)", y => new Logits(Z).CrossEntropy(y)),
        new("LinearProbe.Train(supervision.Labels)", y => Probe(new() { Labels = y })),
        new("LinearProbe.Train(supervision.Labels, mixed)", y => Probe(new() { Labels = y }, mixup: 1)),
        new("LinearProbe.Train(supervision.TrueLabels)", y => Probe(new() { Labels = Y, TrueLabels = y })),
        new("LinearProbe.TrainMany(tasks.Supervision.Labels)", y => Probes(new() { Labels = y })),
        new("LinearProbe.TrainMany(tasks.Supervision.TrueLabels)", y => Probes(new() { Labels = Y, TrueLabels = y })),
        new("ClosedForm.Of(batch.Labels)", y => Stated(batch => batch with { Labels = y })),
        new("ClosedForm.Of(batch.TrueLabels)", y => Stated(batch => batch with { TrueLabels = y })),
        .. Losses.Select(entry => new Entry<Tensor>(
            $"Loss.Compute(batch.Labels), {entry.Name}", y => Total(entry.Loss, batch => batch with { Labels = y }))),
        .. Losses.Select(entry => new Entry<Tensor>(
            $"Loss.Compute(batch.TrueLabels), {entry.Name}",
            y => Total(entry.Loss, batch => batch with { TrueLabels = y }))),
        new("LossBatch.Check(batch.Labels)", y => Check(new(Z) { Labels = y })),
        new("LossBatch.Select(batch.Labels)", y =>
            new LossBatch(Z) { Labels = y, TeacherLogits = Z2 }.Select(new(Confidence.Margin)).TeacherWeights),
    ];

    // Those that know the classes.
    private static Entry<long[]>[] LabelLists =>
    [
        new("new ImageSet(labels)",
            y => new ImageSet("four", zeros(N, 3, 4, 4, ScalarType.Byte), y, ClassNames).Labels),
        new("ImageSet.WithLabels(labels)", y => Images.WithLabels(y).Labels),
        new("LabelNoise.Symmetric(labels)", y => LabelNoise.Symmetric(y, C, .5, 1)),
        new("LabelNoise.Asymmetric(labels)", y => LabelNoise.Asymmetric(y, [0, 0, 0], .5, 1)),
        new("NoiseMap.Of(truth)", y => NoiseMap.Of(y, L, C).RealisedRate),
        new("NoiseMap.Of(given)", y => NoiseMap.Of(L, y, C).RealisedRate),
        new("LinearProbe.Accuracy(labels)", y => Trained(probe => probe.Accuracy(X, y))),
        new("Trainer.Train(run.TrueLabels)", y => Train(run => run with { TrueLabels = y })),
        new("ProbeProtocol.Run(pair.Labels)", y => Protocol(new("four", X, X, y, C))),
        new("ProbeProtocol.Study(pair.Labels)", y => Protocol(new("four", X, X, y, C), studies: true)),
        new("Supervision.ByLabels(labels)", y => Probe(Supervision.ByLabels(y))),
    ];

    // Those that do not: only a negative class is surely none.
    private static Entry<long[]>[] OpenLabelLists =>
    [
        new("RandomSplit.PerClass(labels)", y => RandomSplit.PerClass(y, 1, 0)),
        new("new Episode(classes)", y => new Episode(y, [0, 1, 2, 3], [4, 5, 6, 7]).QueryLabels),
        new("Supervision.ByLabels(labels)", y => Supervision.ByLabels(y).Labels),
    ];

    private static Entry<Tensor>[] LogitTensors =>
    [
        new("Accuracy.Top1(logits)", z => Accuracy.Top1(z, Y)),
        new("Accuracy.Correct(logits)", z => Accuracy.Correct(z, Y)),
        new("Scores.CalibrationError(logits)", z => Scores.CalibrationError(z, Y)),
        new("CorrectnessCells.PerSample(student)", z => CorrectnessCells.PerSample(z, Z2, Y)),
        new("CorrectnessCells.PerSample(teacher)", z => CorrectnessCells.PerSample(Z, z, Y)),
        new("Misfit.Of(student)", z => Misfit.Of(z, Z2, Y)),
        new("Misfit.Of(teacher)", z => Misfit.Of(Z, z, Y)),
        new("Scores.Nll(logits)", z => Scores.Nll(z, Y)),
        new("Scores.NllPerSample(logits)", z => Scores.NllPerSample(z, Y)),
        new("Scores.Confidence(logits)", z => Scores.Confidence(z)),
        new("TemperatureScaling.Fit(logits)", z => TemperatureScaling.Fit(z, Y)),
        new("SamplePredictions.Of(logits)", z => SamplePredictions.Of(z, Y)),
        new("Figures.Overruled(student)", z => Figures.Overruled(Images, z, Z2, true)?.Labels),
        new("Figures.Overruled(teacher)", z => Figures.Overruled(Images, Z, z, true)?.Labels),
        new("ConfidenceMeasures.Of(teacher)", z => Confidence.TeacherLikelihood.Of(z, Z2)),
        new("ConfidenceMeasures.Of(student)", z => Confidence.StudentLikelihood.Of(Z, z)),
        new("ConfidenceMeasures.Of(views)", z => Confidence.ViewAgreement.Of(Z, views: z.unsqueeze(0))),
        new("LabelSelection.Select(teacher)",
            z => Selected(new LabelSelection(Confidence.StudentLikelihood).Select(z, Z2))),
        new("LabelSelection.Select(student)",
            z => Selected(new LabelSelection(Confidence.StudentLikelihood).Select(Z, z))),
        new("LabelSelection.Select(views)",
            z => Selected(new LabelSelection(Confidence.ViewAgreement).Select(Z, views: z.unsqueeze(0)))),
        new("TeacherPool.ByAccuracy(teachers)", z => TeacherPool.ByAccuracy([Z, z], Y)),
        new("ConfidentLearning.Find(logits)", z => ConfidentLearning.Find(z, Y).Trust),
        new("ConformalSets.Fit(logits)", z => ConformalSets.Fit(z, Y, .2).Least),
        new("ConformalSets.Of(logits)", z => new ConformalSets(.2, .1).Of(z)),
        new("TeacherPool.MostConfident(teachers)", z => TeacherPool.MostConfident([Z, z]).Source),
        new("TeacherPool.MostConfident(student)", z => TeacherPool.MostConfident([Z], z).Logits),
        new("TeacherPool.Ensemble(teachers)", z => TeacherPool.Ensemble([Z, z], [.5, .5])),
        new("CoSupervision.Assign(student)", z => CoSupervision.Assign(z, [Z, Z2], [0, 1, 1]).Logits),
        new("CoSupervision.Assign(specialists)", z => CoSupervision.Assign(Z, [Z2, z], [0, 1, 1]).Logits),
        new("CoSupervision.Keep(student)", z => CoSupervision.Keep(z, Z, 2)),
        new("CoSupervision.Keep(assigned)", z => CoSupervision.Keep(Z, z, 2)),
        new("Raven.Teach(batch)", z => new Raven([Z, Z2]).Teach(new(z), [0, 1, 2, 3]).TeacherLogits),
        new("Supervision.ByTeacher(logits)", z => Probe(Supervision.ByTeacher(z))),
        new("LinearProbe.Train(supervision.TeacherLogits)", z => Probe(new() { TeacherLogits = z })),
        new("LinearProbe.TrainMany(tasks.Supervision.TeacherLogits)", z => Probes(new() { TeacherLogits = z })),
    ];

    // Inside a training step, which finds by itself what is not finite: shape and type are looked at, values are not.
    private static Entry<Tensor>[] StepTensors =>
    [
        new("new Logits(values)", z => new Logits(z).CrossEntropy(Y)),
        new("Logits.CrossEntropyTo(distribution)", z => new Logits(Z).CrossEntropyTo(z)),
        new("ClosedForm.Of(batch.StudentLogits)", z => Stated(batch => batch with { StudentLogits = z })),
        new("ClosedForm.Of(batch.TeacherLogits)", z => Stated(batch => batch with { TeacherLogits = z })),
        new("ClosedForm.Of(batch.Labels, soft)", z => Stated(batch => batch with { Labels = z })),
        .. Losses.Select(entry => new Entry<Tensor>(
            $"Loss.Compute(batch.StudentLogits), {entry.Name}",
            z => Total(entry.Loss, batch => batch with { StudentLogits = z }))),
        .. Losses.Where(entry => entry.Loss.NeedsTeacher).Select(entry => new Entry<Tensor>(
            $"Loss.Compute(batch.TeacherLogits), {entry.Name}",
            z => Total(entry.Loss, batch => batch with { TeacherLogits = z }))),
        .. Losses.Where(entry => entry.Loss is not TrustedLabels).Select(entry => new Entry<Tensor>(
            $"Loss.Compute(batch.Labels), soft, {entry.Name}",
            z => Total(entry.Loss, batch => batch with { Labels = z, TrueLabels = Y }))),
    ];

    private static Entry<Tensor>[] FeatureTensors =>
    [
        new("LinearProbe.Train(features)", x => Probe(Supervision.ByLabels(L), x)),
        new("LinearProbe.TrainMany(tasks.Features)", x => Probes(Supervision.ByLabels(L), x)),
        new("LinearProbe.Logits(features)", x => Trained(probe => probe.Logits(x))),
        new("LinearProbe.Accuracy(features)", x => Trained(probe => probe.Accuracy(x, L))),
        new("NeighbourSelection.Select(features)",
            x => Selected(new NeighbourSelection { Neighbours = 2 }.Select(x, Y, C))),
        new("EpisodeScores.Of(features)",
            x => EpisodeScores.Of(x, new EpisodeSampler(Pairs, new() { Ways = 2, Queries = 1 }, 0), 3).Accuracies),
        new("ProbeProtocol.Run(pair.Weak)", x => Protocol(new("four", x, X, L, C))),
        new("ProbeProtocol.Run(pair.Strong)", x => Protocol(new("four", X, x, L, C))),
    ];

    private static Entry<Tensor>[] WeightTensors =>
    [
        new("LinearProbe.Train(supervision.Weights)", w => Probe(new() { Labels = Y, Weights = w })),
        new("LinearProbe.Train(supervision.TeacherWeights)",
            w => Probe(new() { Labels = Y, TeacherLogits = Z, TeacherWeights = w })),
        new("LinearProbe.TrainMany(tasks.Supervision.Weights)", w => Probes(new() { Labels = Y, Weights = w })),
    ];

    private static Entry<Tensor>[] StepWeightTensors =>
    [
        .. Losses.SelectMany(entry => new Entry<Tensor>[]
        {
            new($"Loss.Compute(batch.Weights), {entry.Name}",
                w => Total(entry.Loss, batch => batch with { Weights = w })),
            new($"Loss.Compute(batch.TeacherWeights), {entry.Name}",
                w => Total(entry.Loss, batch => batch with { TeacherWeights = w })),
        }),
        new("ClosedForm.Of(batch.Weights)", w => Stated(batch => batch with { Weights = w })),
        new("ClosedForm.Of(batch.TeacherWeights)", w => Stated(batch => batch with { TeacherWeights = w })),
    ];

    private static Entry<double[]>[] NumberLists =>
    [
        new("Statistics.OverSamples(values)", x => Statistics.OverSamples(x)),
        new("Statistics.Correlation(x)", x => Statistics.Correlation(x, Numbers)),
        new("Statistics.Correlation(y)", x => Statistics.Correlation(Numbers, x)),
        new("GapRecovered.Of(weak)", x => GapRecovered.Of(x[1], .7, .9)),
        new("GapRecovered.Of(weakToStrong)", x => GapRecovered.Of(.6, x[1], .9)),
        new("GapRecovered.Of(ceiling)", x => GapRecovered.Of(.6, .7, x[1])),
        new("MethodRanks.Of(methods)", x => MethodRanks.Of([("a", Numbers), ("b", x)])),
        new("LossMixture.Fit(losses)", x => LossMixture.Fit(x)),
        new("SelectionQuality.Auc(confidence)", x => SelectionQuality.Auc(x, Rights)),
        new("SelectionQuality.Top(confidence)", x => SelectionQuality.Top(x, .5)),
        new("AdaptConf.Beta(largest)", x => AdaptConf.Beta(x[1], .1, 1)),
        new("AdaptConf.Beta(teacherClass)", x => AdaptConf.Beta(.9, x[1], 1)),
        new("AdaptConf.Beta(temperature)", x => AdaptConf.Beta(.9, .1, x[1])),
        new("TeacherPool.Ensemble(weights)", x => TeacherPool.Ensemble([Z, Z, Z2], x)),
        new("Trainer.Train(run.Weights)",
            x => Train(run => run with { Weights = [.. x.Append(1).Select(w => (float)w)] })),
        new("Trainer.Train(run.TeacherWeights)",
            x => Train(run => run with { TeacherWeights = [.. x.Append(1).Select(w => (float)w)] })),
    ];

    public static TheoryData<string> Names => [.. Tables().Select(entry => entry.Name)];

    private static IEnumerable<(string Name, Action Check)> Tables() =>
    [
        .. LabelTensors.Select(entry => (entry.Name, (Action)(() => LabelTensor(entry)))),
        .. LabelLists.Select(entry => (entry.Name, (Action)(() => LabelList(entry, C, -1)))),
        .. OpenLabelLists.Select(entry => (entry.Name, (Action)(() => LabelList(entry, -1)))),
        .. LogitTensors.Select(entry => (entry.Name, (Action)(() => LogitTensor(entry)))),
        .. StepTensors.Select(entry => (entry.Name, (Action)(() => Rows(entry)))),
        .. FeatureTensors.Select(entry => (entry.Name, (Action)(() => FeatureTensor(entry)))),
        .. WeightTensors.Select(entry => (entry.Name, (Action)(() => WeightTensor(entry)))),
        .. StepWeightTensors.Select(entry => (entry.Name, (Action)(() => Weights(entry)))),
        .. NumberLists.Select(entry => (entry.Name, (Action)(() => NumberList(entry)))),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void WhatDoesNotFitIsRefusedAndWhatIsExpandedCounts(string name)
    {
        using var scope = NewDisposeScope();
        foreach (var (_, check) in Tables().Where(entry => entry.Name == name)) check();
    }

    [Fact]
    public void EveryEntryHasARow()
    {
        Type[] kinds =
        [
            typeof(Tensor), typeof(IReadOnlyList<Tensor>), typeof(IReadOnlyList<long>), typeof(IReadOnlyList<double>),
            typeof(Supervision), typeof(LossBatch), typeof(IReadOnlyList<ProbeTask>),
        ];
        var rows = Tables().Select(entry => Key(entry.Name)).ToHashSet();
        var entries =
            from type in typeof(Accuracy).Assembly.GetExportedTypes()
            from method in type.GetMethods(
                BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            where !method.IsSpecialName && method.Name is not ("Deconstruct" or "Equals")
            && method.GetBaseDefinition() == method
            from parameter in method.GetParameters()
            where kinds.Contains(parameter.ParameterType)
            select $"{type.Name}.{method.Name}({parameter.Name})";
        Assert.Equal("",
            string.Join("\n", entries.Distinct().Where(entry => !rows.Contains(entry) && !Elsewhere.Contains(entry))));

        // "LinearProbe.Train(supervision.Labels, mixed)" is a row of LinearProbe.Train(supervision).
        static string Key(string name) =>
            name[..(name.IndexOf('(') + 1)] + name[(name.IndexOf('(') + 1)..].Split('.', ',', ')')[0] + ")";
    }

    // What takes rows along without asking what they mean, or is asked about elsewhere.
    private static readonly string[] Elsewhere =
    [
        // The test below.
        "Normalization.Apply(images)",
        "Prototypes.Of(support)", "Prototypes.Cosines(queries)", "Prototypes.Cosines(prototypes)",
        // As another that they hand it to: LabelNoise, Accuracy and the measures, Statistics.
        "NoiseSetting.Apply(clean)", "CastLogits.Trust(labels)",
        "Figures.BetaByCell(beta)", "Figures.BetaOverTime(epochs)",
        // Charts leave out what is no number.
        "Curve.Single(x)", "Curve.Single(values)", "Figures.BetaSlider(leads)",
        // Networks, and what only moves rows about or looks at a shape.
        "Numerics.Times(t)", "Numerics.Plus(t)", "Numerics.Plus(x)", "Numerics.Squared(t)", "Numerics.OneMinus(t)",
        "Numerics.Constant(t)", "Numerics.At(t)", "Numerics.At(classes)", "Numerics.Dot(weights)",
        "Numerics.Dot(values)", "Numerics.Finite(logarithm)", "Numerics.AtLeast(t)", "Numerics.WeightedMean(x)",
        "Numerics.WeightedMean(weights)", "LossBatch.AtLabels(values)", "LossParts.Of(batch)",
        "ImageModel.Features(images)", "ImageModel.ForwardFeatures(images)",
        "ProbeParts.Of(rows)", "DataPart.Rows(all)", "ProbeParts.Of(labels)",
        "TemperatureScaling.Apply(logits)", "ILearnableLoss.CreateModule(example)", "FitNet.CreateModule(example)",
        "Selective.CreateModule(example)", "LabelsAndTeacher.CreateModule(example)",
    ];

    [Fact]
    public void WhatIsNotOfFourSamplesAndThreeClassesIsRefusedToo()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("classes[1] is 3, outside 0 … 2",
            Refusal(() => HardLabels.Logits(tensor(new long[] { 0, 3 }), C, Z)));
        Assert.Contains("classes[0] is -1, outside 0 … 2",
            Refusal(() => HardLabels.Logits(tensor(new long[] { -1, 0 }), C, Z)));
        Assert.Equal(Text(HardLabels.Logits(tensor(new long[] { 2, 2 }), C, Z)),
            Text(HardLabels.Logits(tensor(new long[] { 2 }).expand(2), C, Z)));
        Assert.Contains("clean[1] is 100, outside 0 … 99", Refusal(() => HumanLabels.Read("none.csv", [0, 100])));
        Assert.Contains("truth is 3, outside 0 … 2", Refusal(() => NoiseMap.Of(L, L, C).Share(3, 0)));
        Assert.Contains("given is -1, outside 0 … 2", Refusal(() => NoiseMap.Of(L, L, C).Share(0, -1)));
        Assert.Contains("cells is empty", Refusal(() => CorrectnessCells.Of([])));
        Assert.Contains("cell 7", Refusal(() => CorrectnessCells.Of([(CorrectnessCell)7])));

        var picture = arange(0, 48).to_type(ScalarType.Byte).reshape(1, 3, 4, 4);
        Assert.Contains("Float32", Refusal(() => Normalization.Centered.Apply(picture.to_type(ScalarType.Float32))));
        Assert.Equal(Text(Normalization.Centered.Apply(picture.repeat(2, 1, 1, 1))),
            Text(Normalization.Centered.Apply(picture.expand(2, -1, -1, -1))));
        Assert.Contains("strides",
            Refusal(() => new ImageSet("two", picture.expand(2, -1, -1, -1), [0, 1], ClassNames)));

        Assert.Contains("Int64", Refusal(() => Prototypes.Of(X.to_type(ScalarType.Int64), 2)));
        Assert.Contains("Int64", Refusal(() => Prototypes.Cosines(X.to_type(ScalarType.Int64), X)));
        Assert.Contains("[3]", Refusal(() => Prototypes.Cosines(X, X[0])));
        Assert.Equal(Text(Prototypes.Cosines(X[..1].repeat(2, 1), Prototypes.Of(X[..1].repeat(2, 1), 1))),
            Text(Prototypes.Cosines(X[..1].expand(2, -1), Prototypes.Of(X[..1].expand(2, -1), 1))));
    }

    [Fact]
    public void WeightsOfTwoDimensionsAreNotSpreadOverTheBatch()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("Weights is Float32 [4, 1]",
            Refusal(() => Total(new CrossEntropy(), batch => batch with { Weights = ones(N, 1) })));
    }

    private static Tensor Z { get; } = Fixed([2, 0, -1, .5f, 1, 0, 0, .25f, 3, 1, 1.5f, -2], N, C);

    private static Tensor Z2 { get; } = Fixed([1, 1.5f, 0, 2, -1, 0, .5f, .25f, 0, 3, 1, 2], N, C);

    private static Tensor X { get; } = Fixed([1, 2, 3, -1, 0, 2, 4, 1, 1, 0, -2, 1], N, 3);

    private static long[] L { get; } = [0, 1, 2, 0];

    private static Tensor Y { get; } = tensor(L).DetachFromDisposeScope();

    private static double[] Numbers { get; } = [.5, .25, .75];

    private static bool[] Rights { get; } = [true, false, true];

    private static string[] ClassNames { get; } = ["a", "b", "c"];

    private static ImageSet Images { get; } = new("four", Pixels(N), L, ClassNames);

    private static ImageSet Pairs { get; } = new("pairs", Pixels(N), [0, 0, 1, 1], ["a", "b"]);

    // Those that can do with logits, pooled features and three classes.
    private static IEnumerable<LossEntry> Losses =>
        LossCatalogue.Entries.Where(
            entry => entry.Loss is not (FitNet or LogConfidence { SelfLabel: SelfLabel.Threshold }));

    private static void LabelTensor(Entry<Tensor> entry)
    {
        foreach (var bad in new[] { C, -1, 1L << 40, long.MinValue })
            Refused(entry, tensor(new[] { 0, 1, bad, 2 }), $"[2] is {bad}", $"outside 0 … {C - 1}");
        Refused(entry, tensor(new[] { 0, 1, 3, 2 }), "[2] is 3"); // int32
        Refused(entry, tensor(new[] { 0f, 1, 2, 0 }), "Float32 [4]", "int64");
        Refused(entry, tensor(new[] { true, false, true, true }), "Bool [4]", "int64");
        Refused(entry, Y.unsqueeze(1), "Int64 [4, 1]");
        Refused(entry, Y[..3], "3", "4");
        Refused(entry, zeros(0, ScalarType.Int64), "0", "4");
        Same(entry, Y, Y.to_type(ScalarType.Int32));
        Same(entry, tensor(new long[] { 1, 1, 1, 1 }), tensor(new long[] { 1 }).expand(N));
        Same(entry, tensor(new long[] { 0, 0, 0, 0 }), tensor(new long[] { 0, 7, 7, 7, 7 })[..1].expand(N));
        Same(entry, Y, stack([Y, tensor(new long[] { 9, 9, 9, 9 })], 1).select(1, 0)); // every second place of memory
    }

    private static void LabelList(Entry<long[]> entry, params long[] bads)
    {
        foreach (var bad in bads)
            Refused(entry, [0, 1, bad, 2], $"[2] is {bad}");
        Text(entry.Call(L));
    }

    private static void LogitTensor(Entry<Tensor> entry)
    {
        Rows(entry);
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity })
        {
            foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64, ScalarType.BFloat16,
                ScalarType.Float16 })
            {
                var z = Z.clone();
                z[1, 2] = bad;
                Refused(entry, z.to_type(type), FormattableString.Invariant($"[1, 2] is {bad}"), "not finite");
            }
        }
        var none = Z.clone();
        none[1] = full(C, float.NegativeInfinity);
        Refused(entry, none, "[1");
    }

    private static void Rows(Entry<Tensor> entry)
    {
        Refused(entry, Z.to_type(ScalarType.Int64), "Int64");
        Refused(entry, Z[0], "3]");
        Refused(entry, zeros(0, C), "0, 3]");
        if (entry.Name is not ("Scores.Confidence(logits)" or "ConformalSets.Of(logits)"))
            Refused(entry, Z[..3], "3", "4");
        Expanded(entry);
    }

    private static void FeatureTensor(Entry<Tensor> entry)
    {
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            var x = X.clone();
            x[1, 2] = bad;
            Refused(entry, x, FormattableString.Invariant($"[1, 2] is {bad}"), "not finite");
        }
        Refused(entry, X.to_type(ScalarType.Int64), "Int64");
        Refused(entry, X[0], "[3]");
        Refused(entry, zeros(0, 3), "0");
        if (entry.Name != "LinearProbe.Logits(features)") Refused(entry, X[..3], "3", "4");
        Expanded(entry);
    }

    private static void Expanded(Entry<Tensor> entry)
    {
        var row = tensor(new[] { 1, -1, .5f }).reshape(1, C);
        Same(entry, row.repeat(N, 1), row.expand(N, C));
        Same(entry, Z, Z.t().contiguous().t());
    }

    private static void WeightTensor(Entry<Tensor> entry)
    {
        Weights(entry);
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, -1 })
            Refused(entry, tensor(new[] { 1, 1, bad, 1 }), FormattableString.Invariant($"[2] is {bad}"));
    }

    private static void Weights(Entry<Tensor> entry)
    {
        Refused(entry, ones(N, 1), "[4, 1]", "Weights");
        Refused(entry, ones(N - 1), "[3]", "Weights");
        Refused(entry, ones(1), "[1]", "Weights");
        Refused(entry, ones(N, ScalarType.Int64), "Int64", "Weights");
        Same(entry, tensor(new[] { .5f, .5f, .5f, .5f }), tensor(new[] { .5f }).expand(N));
    }

    private static void NumberList(Entry<double[]> entry)
    {
        Assert.NotEqual("", Refusal(() => entry.Call([.5, double.NaN, .75])));
        entry.Call([.5, .25, .75]);
    }

    // A mistake is named in one line of our own, never by libtorch or an index.
    private static void Refused<T>(Entry<T> entry, T bad, params string[] words)
    {
        var message = Refusal(() => entry.Call(bad));
        Assert.All(words,
            word => Assert.True(message.Contains(word, StringComparison.Ordinal),
                $"{entry.Name}: '{word}' is not in: {message}"));
        Assert.True(message.Contains("; ", StringComparison.Ordinal), $"{entry.Name} names no cure: {message}");
    }

    private static string Refusal(Action call)
    {
        var error = Record.Exception(call);
        Assert.True(error is ArgumentException,
            $"{error?.GetType().Name ?? "nothing"} instead of an ArgumentException: {error?.Message}");
        return error!.Message;
    }

    private static void Same(Entry<Tensor> entry, Tensor plain, Tensor other)
    {
        var (expected, got) = (Text(entry.Call(plain)), Text(entry.Call(other)));
        Assert.Equal(Parts(expected).Length, Parts(got).Length);
        Assert.All(Parts(expected).Zip(Parts(got)), pair => Assert.True(
            pair.First == pair.Second
                || double.TryParse(pair.First, out var a) && double.TryParse(pair.Second, out var b)
                && Math.Abs(a - b) < 1e-5,
            $"{entry.Name}: {got} where a plain tensor gives {expected}"));

        static string[] Parts(string text) => text.Split(',', ':', '[', ']', '{', '}');
    }

    private static string Text(object? result) => result is Tensor t
        ? Text(t.detach().cpu().to_type(ScalarType.Float64).contiguous().data<double>().ToArray())
        : JsonSerializer.Serialize(result, Json);

    private static readonly JsonSerializerOptions Json =
        new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private static object Selected(SelectedLabels x) => new[] { Text(x.Logits), Text(x.Weights), Text(x.Confidence) };

    private static object Selected(NeighbourLabels x) => new[] { Text(x.Votes), Text(x.Loss), Text(x.Rows) };

    private static object? Check(LossBatch batch) => batch.Check().Values;

    private static object? Total(Loss loss, Func<LossBatch, LossBatch> change) => loss.Compute(change(new LossBatch(Z)
    {
        TeacherLogits = Z2,
        Labels = Y,
        PlainLogits = Z2,
        StudentFeatures = new(X, []),
        TeacherFeatures = new(X, []),
        Epochs = 10,
    })).Total;

    private static object? Probe(Supervision supervision, Tensor? features = null, double mixup = 0)
    {
        var options = new LinearProbeOptions { Steps = 3, BatchSize = 4, Mixup = mixup };
        Loss loss = supervision.TeacherLogits is null ? new CrossEntropy() : new WeakCrossEntropy();
        using var probe = LinearProbe.Train(features ?? X, C, loss, supervision, options);
        return probe.Logits(X);
    }

    private static object? Probes(Supervision supervision, Tensor? features = null)
    {
        var options = new LinearProbeOptions { Steps = 3, BatchSize = 4 };
        Loss loss = supervision.TeacherLogits is null ? new CrossEntropy() : new WeakCrossEntropy();
        var probes = LinearProbe.TrainMany(
            [new(X, C, new CrossEntropy(), Supervision.ByLabels(L), options),
                new(features ?? X, C, loss, supervision, options)]);
        var logits = probes[1].Logits(X);
        foreach (var probe in probes) probe.Dispose();
        return logits;
    }

    private static object? Stated(Func<LossBatch, LossBatch> change) =>
        ClosedForm.Of(new Kd(), change(new LossBatch(Z) { TeacherLogits = Z2, Labels = Y })).Gradient;

    private static object? Trained(Func<LinearProbe, object?> call)
    {
        using var probe = LinearProbe.Train(X, C, new CrossEntropy(), Supervision.ByLabels(L), new() { Steps = 1 });
        return call(probe);
    }

    private static object? Train(Func<TrainingRun, TrainingRun> change)
    {
        using var student = new TinyModel(C, 0);
        var run = new TrainingRun(student, Images, new CrossEntropy())
        {
            Batches = new() { BatchSize = 4, Workers = 0 },
            Options = new() { Epochs = 1 },
        };
        return Trainer.Train(change(run)).Steps;
    }

    private static object? Protocol(FrozenPair pair, bool studies = false)
    {
        var protocol = new ProbeProtocol
        {
            TeacherImages = 1,
            StudentImages = 2,
            TestImages = 1,
            TrueLabels = 1,
            Probe = new() { Steps = 2, BatchSize = 2 }
        };
        return studies ? protocol.Study(pair, 1)[0].Outcome.Values : protocol.Run(pair, 0);
    }

    private static Tensor Fixed(float[] values, params long[] shape) => tensor(values, shape).DetachFromDisposeScope();

    private static Tensor Pixels(int count) => zeros(count, 3, 4, 4, ScalarType.Byte);
}
