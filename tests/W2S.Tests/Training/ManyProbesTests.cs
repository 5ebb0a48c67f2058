using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Training;

[Collection(ProcessWide.Name)]
public sealed class ManyProbesTests
{
    [Fact]
    public void EachHasTheBitsThatItHasAlone()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(300, 21, 5, 1.5f);
        var teacher = randn(300, 5);
        var by = new Supervision { Labels = tensor(labels), TeacherLogits = teacher };
        var options = new LinearProbeOptions { Steps = 30, BatchSize = 50 };
        ProbeTask[] tasks =
        [
            new(features, 5, new CrossEntropy(), by, options),
            new(features, 5, new AdaptConf(), by, options with { Seed = 3, L2 = .1 }),
            new(features * 2 + 1, 5, new Kd { Temperature = 2 }, by, options with { Standardize = false }),
            new(features, 5, new SmallLoss(), by, options), // by the graph
            new(features, 5, new CrossEntropy(), by, options with { Mixup = 1 }),
            new(features, 5, new CrossEntropy(), by, options with { ChooseL2 = [1e-3, 1], Steps = 20 }),
            .. Enumerable.Range(0, 6).Select(
                seed => new ProbeTask(features, 5, new WeakCrossEntropy(), by, options with { Seed = seed })),
        ];
        var together = LinearProbe.TrainMany(tasks);
        for (var i = 0; i < tasks.Length; i++)
        {
            var task = tasks[i];
            using var alone = LinearProbe.Train(task.Features, 5, task.Loss, task.Supervision, task.Options);
            Assert.True(together[i].Logits(task.Features).Equals(alone.Logits(task.Features)), $"probe {i}");
            Assert.Equal(alone.History.Select(point => point.Losses["total"]),
                together[i].History.Select(point => point.Losses["total"]));
            Assert.Equal(alone.L2, together[i].L2);
            together[i].Dispose();
        }
    }

    public static TheoryData<Optimizer> Optimizers() =>
    [
        new Adam(1e-2) { WeightDecay = 1e-3 }, new AdamW(1e-2), new Sgd { WeightDecay = 1e-3 },
        new Sgd { Momentum = 0 }, new Sgd { Nesterov = true },
    ];

    // The closed form beside the graph: every optimizer, weights, teachers, classes and features that fill no vector.
    [Theory]
    [MemberData(nameof(Optimizers))]
    public void FollowsTheGraphToRounding(Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(203, 13, 5, 1.5f);
        var by = new Supervision
        {
            Labels = tensor(labels),
            TeacherLogits = randn(203, 5),
            Weights = rand(203),
            TeacherWeights = rand(203).round(),
        };
        var options =
            new LinearProbeOptions { Steps = 100, BatchSize = 45, Optimizer = optimizer, ReportEvery = 30, L2 = .01 };
        var loss = new AdaptConf();
        using var closed = LinearProbe.Train(features, 5, loss, by, options);
        using var graph = LinearProbe.Train(features, 5, new ByGraph(loss), by, options);
        Assert.True(closed.Logits(features).allclose(graph.Logits(features), rtol: 1e-3, atol: 2e-3));
        Assert.Equal(graph.History.Select(point => point.Step), closed.History.Select(point => point.Step));
        foreach (var (a, b) in closed.History.Zip(graph.History))
        {
            Assert.Equal(b.Losses.Keys.Order(), a.Losses.Keys.Order());
            foreach (var (name, value) in b.Losses) Assert.Equal(value, a.Losses[name], 1e-4);
            Assert.Equal(b.Accuracies["train"], a.Accuracies["train"], .01);
            Assert.Equal(b.Beta!.Value, a.Beta!.Value, 1e-3);
            Assert.Equal(b.Agreement!.Value, a.Agreement!.Value, .05);
        }
    }

    // The objective is mean loss + λ/2·‖W‖² with a free bias: beside Newton's exact minimum of a small problem,
    // whatever the batch.
    [Theory]
    [InlineData(1e-2)]
    [InlineData(1e-1)]
    [InlineData(1)]
    public void ThePenaltyIsTheDocumentedObjectives(double l2)
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(40, 3, 3, 1.5f);
        var options = new LinearProbeOptions
        {
            Steps = 6_000,
            BatchSize = 160,
            L2 = l2,
            Optimizer = new Adam(3e-2),
            Schedule = new CosineSchedule(),
        };
        using var probe = LinearProbe.Train(features, 3, new CrossEntropy(), Supervision.ByLabels(labels), options);
        var exact = Newton(features, labels, 3, l2);
        var difference =
            (nn.functional.softmax(probe.Logits(features), 1).to_type(ScalarType.Float64) - exact).abs().max()
                .item<double>();
        Assert.True(difference < .01, $"probabilities differ by {difference}");
    }

    [Fact]
    public void ThePenaltyIsChosenByHeldOutOwnLabels()
    {
        using var scope = NewDisposeScope();
        // Far more features than samples tell anything: without a penalty they are learned by heart.
        manual_seed(4);
        var labels = Enumerable.Range(0, 200).Select(i => (long)(i % 2)).ToArray();
        var features = randn(200, 100);
        features[.., 0] += 4 * tensor(labels).to_type(ScalarType.Float32);
        var options = new LinearProbeOptions { Steps = 300, ChooseL2 = [1e-4, 1e-1, 1, 1e4] };
        using var byLabels = LinearProbe.Train(features, 2, new CrossEntropy(), Supervision.ByLabels(labels), options);
        Assert.InRange(byLabels.L2, 1e-2, 10); // neither by heart nor not at all
        // A whole refit with the value chosen, on all samples.
        using var given =
            LinearProbe.Train(features, 2, new CrossEntropy(), Supervision.ByLabels(labels),
                options with { ChooseL2 = [], L2 = byLabels.L2 });
        Assert.True(given.Logits(features).Equals(byLabels.Logits(features)));
        // The cross entropy of each candidate, made by hand.
        var order = Enumerable.Range(0, 200).Select(i => (long)i).ToArray();
        var random = new SeededRandom(Seeds.Derive(0, "held out"));
        random.Shuffle<long>(order);
        var (held, kept) = (tensor(order[..40]), tensor(order[40..]));
        Assert.Equal(options.ChooseL2.MinBy(l2 =>
        {
            using var candidate = LinearProbe.Train(features[kept], 2, new CrossEntropy(),
                new Supervision { Labels = tensor(labels)[kept] }, options with { ChooseL2 = [], L2 = l2 });
            return nn.functional.cross_entropy(candidate.Logits(features[held]), tensor(labels)[held]).item<float>();
        }), byLabels.L2);
        Assert.Throws<ArgumentException>(
            () => LinearProbe.Train(features[..4], 2, new CrossEntropy(), Supervision.ByLabels(labels[..4]), options));
    }

    // A student never sees the truth: it judges by what its teacher said, softly or by the most likely class as its
    // loss does.
    [Fact]
    public void AStudentChoosesByItsTeachersLabels()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(100, 6, 3, 1.5f);
        var teacher = randn(100, 3);
        var options = new LinearProbeOptions { Steps = 20, ChooseL2 = [1e-2, 1], ChooseSteps = [10, 20] };
        foreach (var hard in new[] { false, true })
        {
            using var probe =
                LinearProbe.Train(features, 3, new WeakCrossEntropy(hard), Supervision.ByTeacher(teacher), options);
            var order = Enumerable.Range(0, 100).Select(i => (long)i).ToArray();
            var random = new SeededRandom(Seeds.Derive(0, "held out"));
            random.Shuffle<long>(order);
            var (held, kept) = (tensor(order[..20]), tensor(order[20..]));
            var target = hard ? nn.functional.one_hot(teacher[held].argmax(1), 3)
                : nn.functional.softmax(teacher[held], 1);
            var best = new[] { (1e-2, 10), (1e-2, 20), (1, 10), (1, 20) }.MinBy(one =>
            {
                using var candidate = LinearProbe.Train(features[kept], 3, new WeakCrossEntropy(hard),
                    Supervision.ByTeacher(teacher[kept]),
                    options with { ChooseL2 = [], ChooseSteps = [], L2 = one.Item1, Steps = one.Item2 });
                return -(target * nn.functional.log_softmax(candidate.Logits(features[held]), 1)).sum(1).mean()
                    .item<float>();
            });
            Assert.Equal(best, (probe.L2, probe.Steps));
            Assert.Equal(probe.Steps, probe.History[^1].Step);
        }
    }

    [Fact]
    public void CancelsWithinASecondAndLeavesNothing()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(500, 64, 5, 1f);
        using var source = new CancellationTokenSource();
        var options = new LinearProbeOptions { Steps = 1_000_000, ReportEvery = 10 };
        long cancelled = 0;
        var heard = new Listener(_ =>
        {
            if (cancelled == 0) cancelled = Environment.TickCount64;
            source.Cancel();
        });
        var tasks = Enumerable.Range(0, 8).Select(seed =>
            new ProbeTask(features, 5, new CrossEntropy(), Supervision.ByLabels(labels),
                options with { Seed = seed })
            { Progress = heard }).ToArray();
        Assert.Throws<OperationCanceledException>(() => LinearProbe.TrainMany(tasks, token: source.Token));
        Assert.InRange(Environment.TickCount64 - cancelled, 0, 1_000);
    }

    [Fact]
    public void OneThatFailsIsNamedAndEndsTheOthers()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(60, 6, 3, 1f);
        var options = new LinearProbeOptions { ReportEvery = 20 };
        var by = Supervision.ByLabels(labels);
        var error = Assert.Throws<NotFiniteException>(() => LinearProbe.TrainMany(
        [
            new(features, 3, new CrossEntropy(), by, options with { Steps = 1_000_000 }),
            new(features, 3, new CrossEntropy(), by, options with { Optimizer = new Sgd(1e38) }),
        ]));
        Assert.Contains("between steps 1 and 20", error.Message);
    }

    private sealed record ByGraph(Loss Inner) : Loss
    {
        public override string Name => "By the graph";

        public override LossParts Compute(LossBatch batch) => Inner.Compute(batch);
    }

    // Probabilities at the exact minimum, [N, C], by Newton's method in float64.
    private static Tensor Newton(Tensor features, long[] labels, int classes, double l2)
    {
        var x = ((features - features.mean([0])) / features.std(0)).to_type(ScalarType.Float64);
        var (n, f) = (x.shape[0], x.shape[1]);
        x = cat([x, ones([n, 1], ScalarType.Float64)], 1);
        var y = nn.functional.one_hot(tensor(labels), classes).to_type(ScalarType.Float64);
        var w = zeros([f + 1, classes], ScalarType.Float64);
        var penalty = full([f + 1, classes], l2, ScalarType.Float64);
        penalty[f] = 0;
        for (var step = 0; step < 50; step++)
        {
            var p = nn.functional.softmax(x.mm(w), 1);
            var gradient = x.t().mm(p - y) / n + penalty * w;
            var curvature = diag_embed(p) - p.unsqueeze(2) * p.unsqueeze(1);
            var hessian = einsum("nf,ncd,ng->fcgd", x, curvature, x).reshape((f + 1) * classes, (f + 1) * classes) / n;
            hessian += diag_embed(penalty.flatten() + 1e-9);
            w -= linalg.solve(hessian, gradient.flatten()).reshape(f + 1, classes);
        }
        return nn.functional.softmax(x.mm(w), 1);
    }

    private static (Tensor Features, long[] Labels) Blobs(int count, int length, int classes, float noise)
    {
        manual_seed(2);
        var labels = Enumerable.Range(0, count).Select(i => (long)(i % classes)).ToArray();
        var centres = randn(classes, length);
        return (centres[tensor(labels)] + noise * randn(count, length), labels);
    }
}
