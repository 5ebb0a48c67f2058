using TorchSharp;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.WeakToStrong;
using W2S.Selection;
using static TorchSharp.torch;

namespace W2S.Tests.Losses;

/// <summary>What a batch lacks and what an option may not be is said once, with the cure; weights and schedules do what
/// they say.</summary>
public sealed class LossErrorTests
{
    private static LossBatch Batch() =>
        new(randn(3, 4).requires_grad_()) { TeacherLogits = randn(3, 4), Labels = tensor(new long[] { 0, 1, 2 }) };

    [Fact]
    public void AMissingPartIsNamed()
    {
        using var scope = NewDisposeScope();
        var batch = Batch();
        Message<ArgumentException>(() => new Kd().Compute(batch with { TeacherLogits = null }), "KD needs a teacher",
            "give TeacherLogits");
        Message<ArgumentException>(() => new CrossEntropy().Compute(batch with { Labels = null }), "needs labels");
        Message<ArgumentException>(() => new Kd { DistillationWeight = 0 }.TeacherOnly().Compute(batch),
            "nothing supervises");
        Message<ArgumentException>(() => new Kd().Compute(batch with { TeacherLogits = randn(3, 5) }), "[3, 5]",
            "[3, 4]");
        Message<ArgumentException>(() => new Kd().Compute(batch with { Labels = tensor(new long[] { 0 }) }),
            "Labels is Int64 [1]", "give 3");
        Message<ArgumentException>(() => new Kd().Compute(batch with { Labels = rand(3) }), "Float32", "int64");
        Message<ArgumentException>(() => new Kd().Compute(batch with { Labels = rand(3, 2) }), "[3, 2]");
        Message<ArgumentException>(() => new Kd().Compute(new LossBatch(randn(3))), "[3]", "[batch, classes]");
        Message<ArgumentException>(() => new AdaptConf { Rule = BetaRule.Oracle }.Compute(batch with { Labels = null }),
            "TrueLabels");
        Message<ArgumentException>(() => new Rkd().Compute(batch), "features");
        Message<ArgumentException>(() => new FitNet().CreateModule(batch), "features");
        Message<ArgumentException>(() => new LogConfidence { SelfLabel = SelfLabel.Threshold }.Compute(batch),
            "2 classes", "4");
        Message<ArgumentException>(
            () => new EarlyStoppedKd().TeacherOnly().Compute(batch with { Epoch = 9, Epochs = 10 }), "has ended");
        Message<ArgumentException>(
            () => new Selective(new(Confidence.Margin), new Kd()).Compute(batch with { TeacherLogits = null }),
            "weak labels");
    }

    [Fact]
    public void FeaturesThatDoNotMatchAreNamed()
    {
        using var scope = NewDisposeScope();
        LossFeatures Features(params long[][] stages) => new(randn(3, 6), [.. stages.Select(x => randn(x))]);
        var batch = Batch() with { StudentFeatures = Features([3, 2, 8, 8]), TeacherFeatures = Features([3, 2, 4, 4]) };
        Message<ArgumentException>(() => new FitNet().CreateModule(batch), "[3, 2, 8, 8]", "[3, 2, 4, 4]");
        Message<ArgumentException>(() => new FitNet().CreateModule(batch with { TeacherFeatures = Features() }), "1",
            "0");
        using var module = nn.Linear(2, 2);
        Message<ArgumentException>(() => new FitNet().Compute(batch), "FitNetProjections", "none");
        Message<ArgumentException>(() => new FitNet().Compute(batch with { Module = module }), "Linear");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void ATemperatureIsPositive(double value)
    {
        Message<ArgumentOutOfRangeException>(() => new Kd { Temperature = value }, "Temperature", "above 0");
        Message<ArgumentOutOfRangeException>(() => new AdaptConf { BetaTemperature = value }, "BetaTemperature",
            "above 0");
        Message<ArgumentOutOfRangeException>(() => new AdaptConf() with { BetaTemperature = value }, "BetaTemperature",
            "above 0");
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void AFractionIsOne(double value)
    {
        Message<ArgumentOutOfRangeException>(() => new AugConf { Alpha = value }, "Alpha", "fraction");
        Message<ArgumentOutOfRangeException>(() => new CrossEntropy { Smoothing = value }, "Smoothing", "fraction");
    }

    [Fact]
    public void WithoutLabelsThereIsNoLabelPart()
    {
        using var scope = NewDisposeScope();
        var batch = Batch();
        var parts = new AdaptConf().Compute(batch with { Labels = null });
        Assert.Equal(["teacher", "self"], parts.Parts.Select(x => x.Name));
        Assert.Equal(parts.Total.ToSingle(), new AdaptConf().TeacherOnly().Compute(batch).Total.ToSingle());
    }

    [Fact]
    public void AHardWeakLabelAndAnImpossibleClassAreFinite()
    {
        using var scope = NewDisposeScope();
        var teacher =
            tensor(new[] { 0f, float.NegativeInfinity, float.NegativeInfinity, 1, 2, float.NegativeInfinity }, [2, 3]);
        foreach (Loss loss in new Loss[] { new Kd(), new Kd { Temperature = 20 }, new AdaptConf(),
            new WeakCrossEntropy(), new AugConf(), new ProductLoss(), new BinaryKd() })
        {
            var z = randn(2, 3).requires_grad_();
            loss.Compute(new(z) { TeacherLogits = teacher }).Total.backward();
            Assert.All(z.grad!.ToArray(), x => Assert.True(double.IsFinite(x), loss.Name));
        }
    }

    [Fact]
    public void AutocastLogitsGiveAFloat32LossNearTheExactOne()
    {
        using var scope = NewDisposeScope();
        var batch = Batch();
        var coarse = batch with
        {
            StudentLogits = batch.StudentLogits.detach().bfloat16().requires_grad_(),
            TeacherLogits = batch.TeacherLogits!.bfloat16()
        };
        var parts = new AdaptConf().Compute(coarse);
        parts.Total.backward();
        Assert.Equal(ScalarType.Float32, parts.Total.dtype);
        Assert.Equal(ScalarType.BFloat16, coarse.StudentLogits.grad!.dtype);
        var exact = new AdaptConf()
            .Compute(coarse with
            {
                StudentLogits = coarse.StudentLogits.detach().to_type(ScalarType.Float64),
                TeacherLogits = coarse.TeacherLogits.to_type(ScalarType.Float64)
            });
        Assert.Equal(exact.Total.ToDouble(), parts.Total.ToDouble(), 1e-6);
    }

    [Fact]
    public void TheBatchSurvivesAndOnlyTheResultIsLeft()
    {
        using var scope = NewDisposeScope();
        var batch = Batch();
        var parts = new AdaptConf().Compute(batch); // warm-up of what is cached
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        parts = new AdaptConf().Compute(batch);
        Assert.Equal(1 + parts.Parts.Count + 1 + parts.Diagnostics.Count,
            DisposeScopeManager.Statistics.ThreadTotalLiveCount - before);
        Assert.Equal(12, batch.StudentLogits.numel() + 0 * batch.TeacherLogits!.numel());
    }

    private static void Message<T>(Func<object> action, params string[] words) where T : Exception
    {
        var message = Assert.ThrowsAny<T>(action).Message;
        Assert.All(words, word => Assert.Contains(word, message));
    }
}
