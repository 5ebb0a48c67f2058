using TorchSharp;
using W2S.Experiments;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Selection;
using static TorchSharp.torch;

namespace W2S.Tests.Losses.NoisyLabels;

public sealed class NoisyLabelLossTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    // Two classes: p of class 0 is σ(z₀ − z₁) = 0.8, 0.5, 0.2.
    private readonly Tensor logits = tensor(new[] { Math.Log(4), 0, 0, 0, 0, Math.Log(4) }, [3, 2]);

    public void Dispose() => scope.Dispose();

    [Fact]
    public void SoftBootstrappingAddsTheEntropyOfItsOwnWord()
    {
        var parts =
            new Bootstrapping { OwnShare = 0.25 }.Compute(new(logits) { Labels = tensor(new long[] { 0, 0, 0 }) });
        double[] entropy = [-0.8 * Math.Log(0.8) - 0.2 * Math.Log(0.2), Math.Log(2),
            -0.8 * Math.Log(0.8) - 0.2 * Math.Log(0.2)];
        double[] label = [-Math.Log(0.8), Math.Log(2), -Math.Log(0.2)];
        Assert.Equal(label.Average() * 0.75, Part(parts, "labels"), 1e-12);
        Assert.Equal(entropy.Average() * 0.25, Part(parts, "own"), 1e-12);
    }

    [Fact]
    public void LabelCorrectionMixesWhatIsSaidOfThePlainImages()
    {
        // λ = 0.7, one batch of three with partners in reverse order: images 0 and 2 partner each other.
        var labels = tensor(new[] { 0.7, 0.3, 1, 0, 0.3, 0.7 }, [3, 2]);
        var plain = tensor(new double[] { 0, 9, 9, 0, 0, 9 }, [3, 2]); // says 1, 0, 1
        var parts =
            Bootstrapping.LabelCorrection.Compute(
                new(logits) { Labels = labels, PlainLogits = plain, Lambda = 0.7, Epoch = 30, Epochs = 70 });
        double[][] target =
        [
            [0.8 * 0.7, 0.8 * 0.3 + 0.2],
            [0.8 + 0.2, 0],
            [0.8 * 0.3, 0.8 * 0.7 + 0.2],
        ];
        double[][] log = [[Math.Log(0.8), Math.Log(0.2)], [Math.Log(0.5), Math.Log(0.5)],
            [Math.Log(0.2), Math.Log(0.8)]];
        Assert.Equal(target.Zip(log, (t, l) => -t[0] * l[0] - t[1] * l[1]).Average(), parts.Total.ToDouble(), 1e-12);
    }

    [Fact]
    public void WhoNeedsATeacherSaysIt()
    {
        var trusted = TrustedLabels.AtLeast(.1);
        Loss[] with =
        [
            new Kd(), new AdaptConf(), new ReverseKl(), new SmallLoss { JudgedByTeacher = true },
            trusted with { JudgedByTeacher = true }, new Selective(trusted.Selection, new CrossEntropy()),
            new LabelsAndTeacher(new SmallLoss(), new Kd()),
        ];
        Loss[] without = [new CrossEntropy(), new Bootstrapping(), Bootstrapping.LabelCorrection, new SmallLoss(),
            trusted, new VirtualTeacher(), new LabelsAndTeacher(new SmallLoss(), new VirtualTeacher())];
        Assert.All(with, loss => Assert.True(loss.NeedsTeacher, loss.Name));
        Assert.All(without, loss => Assert.False(loss.NeedsTeacher, loss.Name));

        // What needs none is computed without one, and the two studies give none.
        Assert.All(without,
            loss => Assert.True(
                loss.Compute(new(logits) { Labels = tensor(new long[] { 0, 1, 1 }) }).Total.isfinite()
                    .ToBoolean(), loss.Name));
        Assert.All(with,
            loss => Assert.True(
                new ProbeMethod(loss).Teacher
                    && DistillationPlan.Quick.WithLabels(loss, 0).Teacher is not null, loss.Name));
        Assert.All(without,
            loss => Assert.True(
                !new ProbeMethod(loss).Teacher && DistillationPlan.Quick.WithLabels(loss, 0).Teacher is null,
                loss.Name));
    }

    [Fact]
    public void LabelCorrectionBehindASelectionAsksForThePlainImages()
    {
        var loss = new Selective(new LabelSelection(Confidence.Margin), Bootstrapping.LabelCorrection);
        var batch =
            new LossBatch(logits)
            {
                Labels = tensor(new long[] { 0, 1, 1 }),
                TeacherLogits = logits,
                PlainLogits = logits,
                Epoch = 30,
                Epochs = 70
            };
        Assert.False(loss.NeedsPlain(29.9, 70));
        Assert.True(loss.NeedsPlain(30, 70));
        Assert.Equal(Bootstrapping.LabelCorrection.Compute(batch).Total.ToDouble(),
            loss.Compute(batch).Total.ToDouble(), 1e-12);
    }

    [Fact]
    public void LabelCorrectionWaitsForItsEpoch()
    {
        var batch = new LossBatch(logits) { Labels = tensor(new long[] { 0, 1, 1 }), Epoch = 29.9, Epochs = 70 };
        Assert.False(Bootstrapping.LabelCorrection.NeedsPlain(29.9, 70));
        Assert.True(Bootstrapping.LabelCorrection.NeedsPlain(30, 70));
        Assert.Equal(new CrossEntropy().Compute(batch).Total.ToDouble(),
            Bootstrapping.LabelCorrection.Compute(batch).Total.ToDouble(), 1e-12);
        var missing =
            Assert.Throws<ArgumentException>(() => Bootstrapping.LabelCorrection.Compute(batch with { Epoch = 30 }));
        Assert.Contains("give PlainLogits", missing.Message);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(5, 0.75)]
    [InlineData(10, 0.5)]
    [InlineData(150, 0.5)]
    public void TheKeepRateFallsToTheShareOfRightLabels(double epoch, double expected) =>
        Assert.Equal(expected, new SmallLoss { NoiseRate = 0.5 }.KeepRate(epoch, 200), 1e-12);

    [Fact]
    public void SmallLossLearnsFromTheLabelsThatCostLeast()
    {
        var z = logits.clone().requires_grad_();
        var batch =
            new LossBatch(z)
            {
                Labels = tensor(new long[] { 0, 0, 0 }),
                TeacherLogits = logits.flip(0),
                Epoch = 9,
                Epochs = 10
            };
        var own = new SmallLoss { NoiseRate = 2 / 3.0 }.Compute(batch);
        Assert.Equal(-Math.Log(0.8), own.Total.ToDouble(), 1e-12);
        Assert.Equal([1.0, 0, 0], own.Diagnostics.Single().Value.ToArray());
        own.Total.backward();
        Assert.Equal([0.0, 0, 0, 0], z.grad![1..].ToArray());
        var teacher = new SmallLoss { NoiseRate = 2 / 3.0, JudgedByTeacher = true }.Compute(batch);
        Assert.Equal(-Math.Log(0.2), teacher.Total.ToDouble(), 1e-12); // the teacher trusts the last label
    }

    [Fact]
    public void EqualLossesAreKeptTogetherAndOneAlways()
    {
        var same = new SmallLoss { NoiseRate = 1, RampUp = 0 }.Compute(
            new(zeros(4, 3, ScalarType.Float64)) { Labels = tensor(new long[] { 0, 1, 2, 0 }) });
        Assert.Equal([1.0, 1, 1, 1], same.Diagnostics.Single().Value.ToArray());
        var one = new SmallLoss { NoiseRate = 1, RampUp = 0 }.Compute(
            new(logits) { Labels = tensor(new long[] { 0, 0, 0 }) });
        Assert.Equal([1.0, 0, 0], one.Diagnostics.Single().Value.ToArray());
    }

    [Fact]
    public void LabelsAndTeacherAddUp()
    {
        var batch =
            new LossBatch(logits)
            {
                Labels = tensor(new long[] { 0, 1, 1 }),
                TeacherLogits = logits.flip(0),
                Epoch = 9,
                Epochs = 10
            };
        var both = new LabelsAndTeacher(new SmallLoss { NoiseRate = 0.5 }, new AdaptConf()).Compute(batch);
        var (labels, teacher) = (new SmallLoss { NoiseRate = 0.5 }.Compute(batch),
            new AdaptConf().TeacherOnly().Compute(batch));
        Assert.Equal(labels.Total.ToDouble() + teacher.Total.ToDouble(), both.Total.ToDouble(), 1e-12);
        Assert.Equal(["labels", "teacher", "self"], both.Parts.Select(part => part.Name));
        Assert.Equal(["kept", "beta"], both.Diagnostics.Select(x => x.Name));
        Assert.Equal("AdaptConf + small loss", new LabelsAndTeacher(new SmallLoss(), new AdaptConf()).Name);
        Assert.True(new LabelsAndTeacher(Bootstrapping.LabelCorrection, new Kd()).NeedsPlain(35, 70));
        Assert.False(new LabelsAndTeacher(new SmallLoss(), new Kd()).NeedsPlain(35, 70));
    }

    [Fact]
    public void TrustedLabelsAreThoseThatTheJudgeFindsLikely()
    {
        var batch = new LossBatch(logits) { Labels = tensor(new long[] { 0, 0, 0 }), TeacherLogits = logits.flip(0) };
        var own = TrustedLabels.AtLeast(0.6);
        Assert.Equal(-Math.Log(0.8), own.Compute(batch).Total.ToDouble(), 1e-12); // of 0.8, 0.5 and 0.2 the first alone
        Assert.Equal(-Math.Log(0.2), (own with { JudgedByTeacher = true }).Compute(batch).Total.ToDouble(), 1e-12);
        Assert.Equal([true, false, false], own.Choose(batch.Labels!, logits, null).Trusted.data<bool>().ToArray());
        Assert.Equal("Trusted labels, rest replaced by teacher",
            (TrustedLabels.AtLeast(0.6, Distrusted.ReplaceHard) with { JudgedByTeacher = true }).Name);
        Assert.Contains("give Labels", Assert.Throws<ArgumentException>(() => own.Compute(new(logits))).Message);
        Assert.Contains("int64 [batch]",
            Assert.Throws<ArgumentException>(() => own.Compute(batch with { Labels = ones(3, 2) })).Message);
        Assert.Contains("give TeacherLogits",
            Assert.Throws<ArgumentException>(
                () => (own with { JudgedByTeacher = true }).Compute(batch with { TeacherLogits = null })).Message);
    }

    [Fact]
    public void WhatIsMissingIsNamed()
    {
        Assert.Contains("give Labels",
            Assert.Throws<ArgumentException>(() => new Bootstrapping().Compute(new(logits))).Message);
        Assert.Contains("give Labels",
            Assert.Throws<ArgumentException>(() => new SmallLoss().Compute(new(logits))).Message);
        var judged = new SmallLoss { JudgedByTeacher = true };
        var batch = new LossBatch(logits) { Labels = tensor(new long[] { 0, 0, 0 }) };
        Assert.Contains("give TeacherLogits", Assert.Throws<ArgumentException>(() => judged.Compute(batch)).Message);
        Assert.Contains("[1, 2]",
            Assert.Throws<ArgumentException>(() => judged.Compute(batch with { TeacherLogits = logits[..1] })).Message);
        Assert.Contains("NoiseRate",
            Assert.Throws<ArgumentOutOfRangeException>(() => new SmallLoss { NoiseRate = 1.1 }).Message);
    }

    private static double Part(LossParts parts, string name) =>
        parts.Parts.Single(part => part.Name == name).Value.ToDouble();
}
