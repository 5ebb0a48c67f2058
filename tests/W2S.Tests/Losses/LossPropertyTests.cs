using FsCheck;
using FsCheck.Fluent;
using TorchSharp;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Selection;
using static TorchSharp.torch;

namespace W2S.Tests.Losses;

/// <summary>Identities that hold for any logits: sizes up to 12 × 20, scales from 0.01 to 10,000.</summary>
public sealed class LossPropertyTests
{
    private static readonly Loss[] Losses =
    [
        new CrossEntropy(), new CrossEntropy { Smoothing = 0.1 }, new Kd(), new Kd { Temperature = 4 }, new BinaryKd(),
        new Dkd(), new Dkd { Temperature = 4, Beta = 8 }, new WeakCrossEntropy(),
        new WeakCrossEntropy(Hard: true), new AugConf(),
        new AugConf { WeakTerm = WeakTerm.CrossEntropy }, AdaptConf.Paper,
        .. Enum.GetValues<BetaRule>().Select(x => new AdaptConf { Rule = x }),
        new AdaptConf { Temperature = 10, BetaTemperature = 0.1 }, new ProductLoss(), new LogConfidence(),
        new LogConfidence { SelfLabel = SelfLabel.Argmax }, new ReverseKl(), new Evidential(),
        new Evidential { Soft = true }, new EarlyStoppedKd { End = 1 }, new VirtualTeacher(), new Rkd(),
        new Bootstrapping(), new Bootstrapping(Hard: true), new Bootstrapping { Detached = true, OwnShare = 0.5 },
        new SmallLoss { NoiseRate = 0.5 }, new SmallLoss { NoiseRate = 0.5, JudgedByTeacher = true },
        new LabelsAndTeacher(new Bootstrapping(Hard: true), new AdaptConf()),
        new Selective(new LabelSelection(Confidence.StudentLikelihood, Distrusted.ReplaceHard) { Share = 0.5 },
            new Kd()), new Selective(new LabelSelection(Confidence.Entropy) { Threshold = 0.5 }, new AdaptConf()),
    ];

    private sealed record Draw(int Seed, int Samples, int Classes, double Scale)
    {
        public LossBatch Batch(ScalarType type = ScalarType.Float64)
        {
            using var generator = new Generator((ulong)Seed);
            Tensor Normal(params long[] shape) =>
                (randn(shape, ScalarType.Float64, generator: generator) * Scale).to_type(type);
            return new LossBatch(Normal(Samples, Classes).requires_grad_())
            {
                TeacherLogits = Normal(Samples, Classes).requires_grad_(),
                Labels = randint(Classes, Samples, generator: generator),
                Epoch = 4,
                Epochs = 10,
                StudentFeatures = new(randn(Samples, 6, ScalarType.Float64, generator: generator).requires_grad_(), []),
                TeacherFeatures = new(randn(Samples, 5, ScalarType.Float64, generator: generator).requires_grad_(), []),
            };
        }
    }

    private static void ForAll(Action<Draw> check, int runs = 40)
    {
        var draws =
            from seed in Gen.Choose(0, int.MaxValue)
            from samples in Gen.Choose(2, 12)
            from classes in Gen.Choose(2, 20)
            from power in Gen.Choose(-4, 8)
            select new Draw(seed, samples, classes, Math.Pow(10, power / 2.0));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(runs).WithReplay(20240206, 1),
            Prop.ForAll(draws.ToArbitrary(), draw =>
        {
            using var scope = NewDisposeScope();
            check(draw);
        }));
    }

    private static Tensor Beta(LossParts parts) => parts.Diagnostics.Single(x => x.Name == "beta").Value;

    private static double[] Gradient(Loss loss, LossBatch batch)
    {
        batch.StudentLogits.grad?.zero_();
        loss.Compute(batch).Total.backward();
        return batch.StudentLogits.grad!.ToArray();
    }

    private static void Close(double[] got, double[] expected, double tolerance = 1e-9, string what = "") =>
        Assert.True(Tolerance.Excess(got, expected, tolerance) is not { } excess,
            $"{what} {Tolerance.Excess(got, expected, tolerance)}");

    [Fact]
    public void BetaIsBetweenNoughtAndAHalf() => ForAll(draw =>
    {
        foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64, ScalarType.BFloat16 })
            foreach (var t in new[] { 0.01, 0.5, 1e6 })
                Assert.All(Beta(new AdaptConf { BetaTemperature = t }.Compute(draw.Batch(type))).ToArray(),
                    x => Assert.InRange(x, 0, 0.5));
    });

    [Fact]
    public void BetaIsAHalfExactlyWhereTheTeachersClassHasTheLargestLogit() => ForAll(draw =>
    {
        var batch = draw.Batch();
        // Halve the samples' disagreement: every second teacher takes the student's logits, so that both cases occur.
        var teacher =
            where((arange(draw.Samples) % 2).unsqueeze(1) == 0, batch.StudentLogits, batch.TeacherLogits!).detach();
        var z = batch.StudentLogits.detach();
        var largest = z.gather(1, teacher.argmax(1, keepdim: true)).squeeze(1) == z.amax([1]);
        var gap = (z.amax([1]) - z.gather(1, teacher.argmax(1, keepdim: true)).squeeze(1)).ToArray();
        var beta = Beta(new AdaptConf { BetaTemperature = 1 }.Compute(batch with { TeacherLogits = teacher }))
            .ToArray();
        Assert.Contains(largest.data<bool>().ToArray(), x => x);
        for (var i = 0; i < beta.Length; i++)
            Assert.True(beta[i] == 0.5 ? gap[i] < 1e-14 : gap[i] > 0,
                $"β {beta[i]:R} with the teacher's class {gap[i]:R} below the largest logit");
    });

    [Fact]
    public void BetaIsTheRatioOfExponentials() => ForAll(draw =>
    {
        var batch = draw.Batch();
        var self = nn.functional.cross_entropy(batch.StudentLogits, batch.StudentLogits.argmax(1),
            reduction: nn.Reduction.None);
        var weak = nn.functional.cross_entropy(batch.StudentLogits, batch.TeacherLogits!.argmax(1),
            reduction: nn.Reduction.None);
        Close(Beta(new AdaptConf { BetaTemperature = 2 }.Compute(batch)).ToArray(),
            (1 / (1 + ((weak - self) / 2).exp())).ToArray(), 1e-9);
    });

    [Fact]
    public void AHugeTemperatureIsAugConfAtAHalf() => ForAll(draw =>
    {
        var batch = draw.Batch();
        var adapt = new AdaptConf { BetaTemperature = 1e12 };
        var augment = new AugConf { Alpha = 0.5, WarmUp = 0 };
        Close(adapt.Compute(batch).PerSample!.ToArray(), augment.Compute(batch).PerSample!.ToArray(), 1e-7);
        Close(Gradient(adapt, batch), Gradient(augment, batch), 1e-7);
        Close(Gradient(new AdaptConf { Rule = BetaRule.Fixed }, batch), Gradient(augment, batch));
    });

    [Fact]
    public void ATinyTemperatureIsTheGate() => ForAll(draw =>
    {
        var batch = draw.Batch();
        Close(Gradient(new AdaptConf { BetaTemperature = 1e-9 }, batch),
            Gradient(new AdaptConf { Rule = BetaRule.Gated }, batch), 1e-5);
    });

    [Fact]
    public void SwappedBetaIsTheRest() => ForAll(draw =>
    {
        var batch = draw.Batch();
        var sum = Beta(new AdaptConf().Compute(batch)) + Beta(new AdaptConf { Rule = BetaRule.Swapped }.Compute(batch));
        Assert.All(sum.ToArray(), x => Assert.Equal(1, x, 1e-12));
    });

    [Fact]
    public void DivergenceAndCrossEntropyHaveOneGradient() => ForAll(draw =>
    {
        var batch = draw.Batch();
        Close(Gradient(new Kd().TeacherOnly(), batch), Gradient(new WeakCrossEntropy(), batch));
        Close(Gradient(new AdaptConf(), batch), Gradient(new AdaptConf { WeakTerm = WeakTerm.CrossEntropy }, batch));
        var difference = new WeakCrossEntropy().Compute(batch).PerSample!
            - new Kd().TeacherOnly().Compute(batch).PerSample!;
        var entropy = -(batch.TeacherLogits!.softmax(1) * batch.TeacherLogits!.log_softmax(1)).sum(1);
        Close(difference.ToArray(), entropy.ToArray(), 1e-9 * Math.Max(1, draw.Scale));
    });

    /// <summary>∂L/∂z = (p − e_y) + w(1−β)τ(p^τ − q^τ) + wβ(p − e_f̂) for each sample.</summary>
    [Fact]
    public void TheGradientOfAdaptConfIsAMixtureOfTargets() => ForAll(draw =>
    {
        const double Weight = 0.7, Tau = 3;
        var batch = draw.Batch();
        var loss = new AdaptConf { Temperature = Tau, BetaTemperature = 2, DistillationWeight = Weight };
        var beta = Beta(loss.Compute(batch)).unsqueeze(1);
        var (z, teacher) = (batch.StudentLogits.detach(), batch.TeacherLogits!.detach());
        Tensor OneHot(Tensor k) => nn.functional.one_hot(k, draw.Classes);
        var p = z.softmax(1);
        var expected = (p - OneHot(batch.Labels!)
            + Weight * (1 - beta) * Tau * ((z / Tau).softmax(1) - (teacher / Tau).softmax(1))
            + Weight * beta * (p - OneHot(z.argmax(1)))) / draw.Samples;
        Close(Gradient(loss, batch), expected.ToArray());
    });

    [Fact]
    public void EveryLossIsTheSameForAnotherOrderOfTheBatch() => ForAll(draw =>
    {
        var batch = draw.Batch() with { Weights = rand(draw.Samples) };
        var order = randperm(draw.Samples);
        Tensor Shuffled(Tensor t) => t.detach().index_select(0, order).requires_grad_(t.is_floating_point());
        LossFeatures Reordered(LossFeatures f) => new(Shuffled(f.Pooled), []);
        var shuffled = batch with
        {
            StudentLogits = Shuffled(batch.StudentLogits),
            TeacherLogits = Shuffled(batch.TeacherLogits!),
            Labels = Shuffled(batch.Labels!),
            Weights = Shuffled(batch.Weights),
            StudentFeatures = Reordered(batch.StudentFeatures!),
            TeacherFeatures = Reordered(batch.TeacherFeatures!),
        };
        foreach (var loss in Losses)
        {
            var expected = tensor(Gradient(loss, batch), [draw.Samples, draw.Classes]).index_select(0, order).ToArray();
            Close([loss.Compute(shuffled).Total.ToDouble()], [loss.Compute(batch).Total.ToDouble()], 1e-9, loss.Name);
            Close(Gradient(loss, shuffled), expected, 1e-7, loss.Name);
        }
    }, runs: 12);

    [Fact]
    public void LossesOnFeatureMapsAreTheSameForAnotherOrderOfTheBatch() => ForAll(draw =>
    {
        var order = randperm(draw.Samples);
        Tensor Shuffled(Tensor t) => t.detach().index_select(0, order);
        LossFeatures Features() =>
            new(randn(draw.Samples, 5, ScalarType.Float64),
                [randn(draw.Samples, 2, 5, 5, ScalarType.Float64), randn(draw.Samples, 3, 2, 2, ScalarType.Float64)]);
        LossFeatures Reordered(LossFeatures f) => new(Shuffled(f.Pooled), [.. f.Stages.Select(Shuffled)]);
        var batch = draw.Batch() with { StudentFeatures = Features(), TeacherFeatures = Features() };
        var loss = new FitNet { LabelWeight = 0 };
        batch = batch with { Module = loss.CreateModule(batch) };
        var shuffled = batch with
        {
            StudentFeatures = Reordered(batch.StudentFeatures!),
            TeacherFeatures = Reordered(batch.TeacherFeatures!),
        };
        Close(loss.Compute(shuffled).PerSample!.ToArray(),
            loss.Compute(batch).PerSample!.index_select(0, order).ToArray(), 1e-9, loss.Name);
    }, runs: 8);

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void EveryLossIsFiniteForExtremeLogits(ScalarType type)
    {
        using var scope = NewDisposeScope();
        double[] extremes = [0, 1e4, -1e4, 1e4, 1, -1, 1e-4, -1e4, 0, 0, 88, -88];
        for (var shift = 0; shift < 12; shift++)
        {
            var students = Enumerable.Range(0, 4)
                .Select(i => Enumerable.Range(0, 6).Select(j => extremes[(i * 5 + j * (shift + 1)) % 12]).ToArray())
                .ToArray();
            var teachers = Enumerable.Range(0, 4)
                .Select(i => Enumerable.Range(0, 6).Select(j => extremes[(i * 7 + j + shift) % 12]).ToArray())
                .ToArray();
            var batch = new LossBatch(students.ToTensor(type).requires_grad_())
            {
                TeacherLogits = teachers.ToTensor(type).requires_grad_(),
                Labels = tensor(new long[] { 0, 1, 4, 5 }),
                Epoch = 4,
                Epochs = 10,
                StudentFeatures = new(students.ToTensor(type).requires_grad_(), []),
                TeacherFeatures = new(teachers.ToTensor(type), []),
            };
            foreach (var loss in Losses)
            {
                var parts = loss.Compute(batch);
                Assert.Equal(type == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32, parts.Total.dtype);
                Assert.All(parts.Parts.Select(x => x.Value).Append(parts.Total).Append(parts.PerSample ?? parts.Total)
                    .SelectMany(x => x.ToArray()),
                    x => Assert.True(double.IsFinite(x), $"{loss.Name}: {x}"));
                Assert.All(Gradient(loss, batch),
                    x => Assert.True(double.IsFinite(x), $"gradient of {loss.Name}: {x}"));
                Assert.True(batch.TeacherLogits.grad is null, $"{loss.Name} sends gradient to the teacher");
            }
        }
    }

    [Fact]
    public void PartsAndSamplesAddUpToTheTotal() => ForAll(draw =>
    {
        var batch = draw.Batch();
        foreach (var loss in Losses)
        {
            var parts = loss.Compute(batch);
            Close([parts.Parts.Sum(x => x.Value.ToDouble())], [parts.Total.ToDouble()], 1e-12, loss.Name);
            if (parts.PerSample is { } samples && loss is not (Selective or SmallLoss))
                Close([samples.mean().ToDouble()], [parts.Total.ToDouble()], 1e-12, loss.Name);
        }
    }, runs: 12);

    [Fact]
    public void NoLossSendsGradientToTheTeacher() => ForAll(draw =>
    {
        var batch = draw.Batch();
        foreach (var loss in Losses) loss.Compute(batch).Total.backward();
        Assert.Null(batch.TeacherLogits!.grad);
        Assert.Null(batch.TeacherFeatures!.Pooled.grad);
    }, runs: 5);

    [Fact]
    public void BalancedSelfLabelsHaveTheWeakLabelsFrequencies() => ForAll(draw =>
    {
        // 60 samples a class; a student that favours class 0 strongly, weak labels that do not.
        var samples = 60L * draw.Classes;
        using var generator = new Generator((ulong)draw.Seed);
        var student = randn(samples, draw.Classes, ScalarType.Float64, generator: generator);
        student[.., 0] += 3;
        var weak = randn(samples, draw.Classes, ScalarType.Float64, generator: generator).softmax(1);
        var counts = nn.functional.one_hot(BalancedLabels.Of(student.log_softmax(1), weak), draw.Classes).sum(dim: 0);
        Assert.All((counts - weak.sum(dim: 0)).abs().ToArray(), x => Assert.InRange(x, 0, 6));
    }, runs: 15);
}
