using TorchSharp;
using W2S.Losses;
using W2S.Losses.WeakToStrong;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Training;

[Collection(ProcessWide.Name)]
public sealed class LinearProbeTests
{
    [Fact]
    public void LearnsSeparableClasses()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(400, 8, 4, 0.3f);
        using var probe = LinearProbe.Train(features, 4, new CrossEntropy(), Supervision.ByLabels(labels));
        Assert.True(probe.Accuracy(features, labels) > 0.98);
        Assert.Equal((4, 8), (probe.Classes, probe.FeatureCount));
        Assert.Equal(12, probe.History.Count);
        Assert.Equal(600, probe.History[^1].Step);
        Assert.True(probe.History[^1].Losses["total"] < probe.History[0].Losses["total"]);
        Assert.True(probe.History[^1].Accuracies["train"] > 0.95);
    }

    // The same protocol written out with TorchSharp's own module and optimizer, on the same batches.
    [Fact]
    public void FollowsTheWrittenOutProtocol()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(300, 6, 3, 1.5f);
        var options = new LinearProbeOptions { Steps = 40, BatchSize = 32, Seed = 5 };
        using var probe = LinearProbe.Train(features, 3, new CrossEntropy(), Supervision.ByLabels(labels), options);

        var x = (features - features.mean([0])) / features.std(0);
        var y = tensor(labels);
        var random = new SeededRandom(Seeds.Derive(5, Seeds.Initialisation));
        var bound = 1 / Math.Sqrt(6);
        var numbers = Enumerable.Range(0, 21).Select(_ => (float)random.NextDouble(-bound, bound)).ToArray();
        var layer = nn.Linear(6, 3);
        using (no_grad())
        {
            layer.weight.copy_(tensor(numbers[..18]).reshape(3, 6));
            layer.bias!.copy_(tensor(numbers[18..]));
        }
        var draws = new SeededRandom(Seeds.Derive(5, Seeds.Shuffling));
        var adam = optim.Adam(layer.parameters(), 1e-2, weight_decay: 1e-4);
        for (var step = 0; step < 40; step++)
        {
            adam.ParamGroups.Single().LearningRate = 1e-2 * (1 + Math.Cos(Math.PI * step / 40)) / 2;
            var rows = tensor(Enumerable.Range(0, 32).Select(_ => (long)draws.Next(300)).ToArray());
            adam.zero_grad();
            nn.functional.cross_entropy(layer.forward(x[rows]), y[rows]).backward();
            adam.step();
        }
        Assert.True(probe.Logits(features).allclose(layer.forward(x), rtol: 1e-4, atol: 1e-4));
    }

    [Fact]
    public void TakesAnyLossAndReportsItsParts()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(200, 8, 4, 1f);
        var teacher = nn.functional.one_hot(tensor(labels), 4).to(ScalarType.Float32) * 2;
        using var probe = LinearProbe.Train(features, 4, new AdaptConf(),
            new Supervision { TeacherLogits = teacher, Labels = tensor(labels) },
            new LinearProbeOptions { Steps = 60, ReportEvery = 25 });
        Assert.Equal([25, 50, 60], probe.History.Select(point => point.Step));
        var last = probe.History[^1];
        Assert.Equal(["labels", "self", "teacher", "total"], last.Losses.Keys.Order());
        Assert.Equal(last.Losses["total"], last.Losses["labels"] + last.Losses["self"] + last.Losses["teacher"], 5);
        Assert.InRange(last.Beta!.Value, 0, 0.5);
        Assert.InRange(last.Agreement!.Value, 0.5, 1);
    }

    [Fact]
    public void SameSeedSameBitsWhateverElseDrawsNumbers()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(200, 8, 4, 1f);
        var options = new LinearProbeOptions { Steps = 20, Seed = 9 };
        using var first = LinearProbe.Train(features, 4, new CrossEntropy(), Supervision.ByLabels(labels), options);
        manual_seed(123);
        using var second = LinearProbe.Train(features, 4, new CrossEntropy(), Supervision.ByLabels(labels), options);
        using var other = LinearProbe.Train(features, 4, new CrossEntropy(), Supervision.ByLabels(labels),
            options with { Seed = 10 });
        Assert.True(first.Logits(features).Equals(second.Logits(features)));
        Assert.False(first.Logits(features).Equals(other.Logits(features)));
    }

    // Mixup in closed form: cross entropy is linear in the labels, so λ may stand before the two losses instead.
    [Fact]
    public void MixupMixesFeaturesLabelsAndTeacherAlike()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(200, 8, 4, 1f);
        var teacher = randn(200, 4);
        var seen = new Recorder();
        using var probe = LinearProbe.Train(features, 4, seen,
            new Supervision { Labels = tensor(labels), TeacherLogits = teacher },
            new LinearProbeOptions { Steps = 3, BatchSize = 32, Mixup = 1, Seed = 4 });

        Assert.Equal(3, seen.Batches.Count);
        Assert.Equal(3, seen.Batches.Select(batch => batch.Lambda).Distinct().Count());
        var random = new SeededRandom(Seeds.Derive(4, Seeds.Shuffling));
        var rows = tensor(Enumerable.Range(0, 32).Select(_ => (long)random.Next(200)).ToArray());
        var first = seen.Batches[0];
        var lambda = (float)first.Lambda!.Value;
        var x = ((features - features.mean([0])) / features.std(0))[rows];
        Assert.InRange(lambda, 0, 1);
        Assert.True(first.Features.allclose(lambda * x + (1 - lambda) * x.flip(0), rtol: 1e-5, atol: 1e-5));
        var y = nn.functional.one_hot(tensor(labels)[rows], 4).to(ScalarType.Float32);
        Assert.True(first.Labels.allclose(lambda * y + (1 - lambda) * y.flip(0), rtol: 1e-5, atol: 1e-6));
        Assert.True(
            first.Teacher.allclose(lambda * teacher[rows] + (1 - lambda) * teacher[rows].flip(0), rtol: 1e-5,
                atol: 1e-5));
        // The logits of mixed features are the mixed logits of the plain ones: a probe is affine.
        Assert.True(
            first.Student.allclose(lambda * first.Plain + (1 - lambda) * first.Plain.flip(0), rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void WithoutMixupThereIsNoLambda()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(50, 8, 4, 1f);
        var seen = new Recorder();
        using var probe =
            LinearProbe.Train(features, 4, seen, Supervision.ByLabels(labels), new LinearProbeOptions { Steps = 1 });
        Assert.Null(seen.Batches[0].Lambda);
        Assert.True(seen.Batches[0].Plain.Equals(seen.Batches[0].Student));
        var weighted = new Supervision { Labels = tensor(labels), Weights = ones(50) };
        var error = Assert.Throws<ArgumentException>(
            () => LinearProbe.Train(features, 4, new CrossEntropy(), weighted,
                new LinearProbeOptions { Mixup = 1 }));
        Assert.Contains("without Weights", error.Message);
        Assert.Contains("Mixup -1",
            Assert.Throws<ArgumentOutOfRangeException>(() => new LinearProbeOptions { Mixup = -1 }).Message);
    }

    [Fact]
    public void IsWatchedAtEveryReportAndNotChangedByIt()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(200, 8, 4, 1f);
        var options = new LinearProbeOptions { Steps = 60, ReportEvery = 25 };
        var supervision = Supervision.ByLabels(labels);
        List<(long Step, double Accuracy)> seen = [];
        using var alone = LinearProbe.Train(features, 4, new CrossEntropy(), supervision, options);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using var probe = LinearProbe.Train(features, 4, new CrossEntropy(), supervision, options,
            watch: (point, sofar) => seen.Add((point.Step, sofar.Accuracy(features, labels))));
        Assert.Equal(before + 4, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal([25, 50, 60], seen.Select(x => x.Step));
        Assert.Equal(probe.Accuracy(features, labels), seen[^1].Accuracy);
        Assert.True(probe.Logits(features).Equals(alone.Logits(features)));
    }

    [Fact]
    public void LeavesNoTensorBehind()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(100, 8, 4, 1f);
        var supervision = Supervision.ByLabels(labels);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var probe =
            LinearProbe.Train(features, 4, new CrossEntropy(), supervision, new LinearProbeOptions { Steps = 10 }))
            Assert.Equal(before + 4, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void AConstantFeatureDoesNoHarm()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(100, 8, 4, 0.3f);
        features[.., 3] = 7;
        using var probe = LinearProbe.Train(features, 4, new CrossEntropy(), Supervision.ByLabels(labels),
            new LinearProbeOptions { Steps = 100 });
        Assert.True(probe.Accuracy(features, labels) > 0.9);
    }

    [Fact]
    public void CancelsBetweenSteps()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(100, 8, 4, 1f);
        using var source = new CancellationTokenSource();
        var heard = new Listener(point => { if (point.Step == 2) source.Cancel(); });
        Assert.Throws<OperationCanceledException>(() => LinearProbe.Train(
            features, 4, new CrossEntropy(), Supervision.ByLabels(labels), new LinearProbeOptions { ReportEvery = 1 },
            heard, source.Token));
    }

    [Fact]
    public void BadInputIsNamed()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(10, 8, 4, 1f);
        Assert.Contains("give 9 whole class numbers", Throws(features[..9], 4, Supervision.ByLabels(labels)));
        Assert.Contains("float32 [samples, features]", Throws(features[0], 4, Supervision.ByLabels(labels)));
        Assert.Contains("1 classes", Throws(features, 1, Supervision.ByLabels(labels)));
        Assert.Contains("nothing supervises", Throws(features, 4, new Supervision()));
        Assert.Contains("Steps 0",
            Assert.Throws<ArgumentOutOfRangeException>(() => new LinearProbeOptions { Steps = 0 }).Message);
        features[2, 2] = float.NaN;
        Assert.Contains("features[2, 2] is NaN", Throws(features, 4, Supervision.ByLabels(labels)));

        static string Throws(Tensor features, int classes, Supervision supervision) =>
            Assert.ThrowsAny<ArgumentException>(
                () => LinearProbe.Train(features, classes, new CrossEntropy(), supervision)).Message;
    }

    // Both a first report before it is due, and a last one.
    [Theory]
    [InlineData(20, 50, 0, "between steps 1 and 20")]
    [InlineData(70, 50, 0, "between steps 1 and 50")]
    [InlineData(70, 50, 55, "between steps 51 and 70")]
    [InlineData(70, 10, 35, "between steps 31 and 40")]
    public void ALossThatIsNoNumberIsFoundBetweenTheRightSteps(int steps, int every, int from, string where)
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Blobs(10, 8, 4, 1f);
        var options = new LinearProbeOptions { Steps = steps, ReportEvery = every, BatchSize = 10 };
        Assert.Contains(where, Assert.Throws<NotFiniteException>(
            () => LinearProbe.Train(features, 4, new Failing(from), Supervision.ByLabels(labels), options)).Message);
    }

    // Cross entropy that is NaN from a step on.
    private sealed record Failing(int From) : Loss
    {
        private int steps;

        public override string Name => "Failing";

        public override LossParts Compute(LossBatch batch)
        {
            var factor = steps++ >= From ? double.NaN : 1;
            return new CrossEntropy().Compute(batch with { StudentLogits = batch.StudentLogits * factor });
        }
    }

    // Cross entropy that keeps copies of what it was given.
    private sealed record Recorder : Loss
    {
        public List<Given> Batches { get; } = [];

        public override string Name => "Recorder";

        public override bool NeedsPlain(double epoch, double epochs) => true;

        public override LossParts Compute(LossBatch batch)
        {
            Batches.Add(new(Keep(batch.StudentLogits), Keep(batch.PlainLogits!), Keep(batch.StudentFeatures!.Pooled),
                Keep(batch.Labels!), Keep(batch.TeacherLogits ?? batch.Labels!), batch.Lambda));
            return new CrossEntropy().Compute(batch);
        }

        private static Tensor Keep(Tensor given) => given.detach().clone().DetachFromDisposeScope();
    }

    private sealed record Given(Tensor Student, Tensor Plain, Tensor Features, Tensor Labels, Tensor Teacher,
        double? Lambda);

    private static (Tensor Features, long[] Labels) Blobs(int count, int length, int classes, float noise)
    {
        manual_seed(2);
        var labels = Enumerable.Range(0, count).Select(i => (long)(i % classes)).ToArray();
        var centres = randn(classes, length);
        return (centres[tensor(labels)] + noise * randn(count, length), labels);
    }
}
