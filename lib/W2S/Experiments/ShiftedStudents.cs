using TorchSharp;
using W2S.Data.Sources;
using W2S.Losses;
using W2S.Losses.WeakToStrong;
using W2S.Runs;
using W2S.Selection;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>The probes of a <see cref="ShiftStudy"/> that learn from spoilt images, at one severity.</summary>
/// <param name="parts">The split.</param>
/// <param name="options">How every probe is trained.</param>
/// <param name="seed">The split's number.</param>
/// <param name="token">Stops them.</param>
internal sealed class ShiftedStudents(DataParts parts, LinearProbeOptions options, long seed, CancellationToken token)
{
    private readonly Tensor truth = tensor([.. parts.Test.Truth]);

    /// <summary>The students' images and the test images, as each weak network sees them.</summary>
    public required IReadOnlyList<(Tensor Students, Tensor Test)> Seen { get; init; }

    /// <summary>The students' images, as the network in between sees them.</summary>
    public required Tensor Between { get; init; }

    /// <summary>Both, as the strong network sees them.</summary>
    public required (Tensor Students, Tensor Test) Strong { get; init; }

    /// <summary>Trains and judges, in the order of the study's arms.</summary>
    public Judged[] Learn(LinearProbe[] weak, LinearProbe[] specialists, IReadOnlyList<int> groups, LinearProbe few,
        DistillationLoss[] alone, DistillationLoss soft, double rate)
    {
        Tensor[] told = [.. weak.Zip(Seen, (probe, seen) => probe.Logits(seen.Students))];
        Tensor[] tested = [.. weak.Zip(Seen, (probe, seen) => probe.Logits(seen.Test))];
        var (pool, poolTested) = (Mean(told), Mean(tested));
        var first = LinearProbe.TrainMany(
        [
            Task(Strong.Students, new CrossEntropy(), Supervision.ByLabels([.. parts.Unlabelled.Truth])),
            .. alone.Where(loss => loss.HasClosedForm).Select(loss =>
                Task(Strong.Students, loss, Supervision.ByTeacher(told[0]))),
            Task(Strong.Students, soft, Supervision.ByTeacher(pool)),
            Task(Between, soft, Supervision.ByTeacher(told[0])) with { Options = Of("between") },
        ], token: token);
        var (ceiling, plain, ensemble, between) = (first[0], first[1], first[^2], first[^1]);

        var pointing = plain.Logits(Strong.Students);
        var assigned = CoSupervision.Assign(pointing,
            [.. specialists.Select(probe => probe.Logits(Seen[0].Students))], groups).Logits;
        var kept = CoSupervision.Keep(pointing, assigned).nonzero().squeeze(1);
        Raven[] ravens = [.. new[] { rate, 0 }.Select(step => new Raven(told) { LearningRate = step })];
        var second = LinearProbe.TrainMany(
        [
            Task(Strong.Students, soft, Supervision.ByTeacher(between.Logits(Between))),
            Task(Strong.Students.index_select(0, kept), soft,
                Supervision.ByTeacher(assigned.index_select(0, kept))),
            .. ravens.Select(raven => With(ensemble.L2, soft, pool) with { Teach = raven.Teach }),
            .. alone.Where(loss => !loss.HasClosedForm).Select(loss => With(plain.L2, loss, told[0])),
        ], token: token);
        LinearProbe[] single = [.. first.Skip(1).SkipLast(2), .. second.Skip(2 + ravens.Length)];

        Judged[] judged =
        [
            .. tested.Append(poolTested).Select(logits => Judge(logits, null, null)),
            Judge(few.Logits(Strong.Test), null, few), Judge(ceiling.Logits(Strong.Test), null, ceiling),
            .. single.Select(probe => Student(probe, tested[0])), Student(ensemble, poolTested),
            .. second.Take(2).Select(probe => Student(probe, tested[0])),
            .. second.Skip(2).Take(ravens.Length).Select(probe => Student(probe, poolTested)),
        ];
        foreach (var (raven, arm) in ravens.Zip(judged.TakeLast(2)))
            for (var k = 0; k < weak.Length; k++) arm.Values[$"weight {k + 1}"] = raven.Weights[k];
        foreach (var probe in first.Concat(second)) probe.Dispose();
        return judged;
    }

    private static Tensor Mean(Tensor[] logits) => TeacherPool.Ensemble(logits, [.. logits.Select(_ => 1.0)]);

    private LinearProbeOptions Of(string who) => options with { Seed = Seeds.Derive(seed, who) };

    private ProbeTask With(double l2, Loss loss, Tensor teacher) =>
        Task(Strong.Students, loss, Supervision.ByTeacher(teacher)) with
        { Options = Of("student") with { ChooseL2 = [], L2 = l2 } };

    private ProbeTask Task(Tensor features, Loss loss, Supervision by) =>
        new(features, parts.Classes, loss, by, Of("student"));

    private Judged Student(LinearProbe probe, Tensor teacher) => Judge(probe.Logits(Strong.Test), teacher, probe);

    private Judged Judge(Tensor logits, Tensor? teacher, LinearProbe? probe)
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
        return new(values, said);

        static double Share(Tensor which) => which.to_type(ScalarType.Float64).mean().item<double>();
    }

    /// <summary>What one probe measured.</summary>
    internal sealed record Judged(Dictionary<string, double> Values, SamplePredictions Predictions);
}
