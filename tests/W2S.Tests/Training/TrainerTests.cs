using TorchSharp;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Models;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Training;

[Collection(ProcessWide.Name)]
public sealed class TrainerTests : IDisposable
{
    private readonly ImageSet images = TinyModel.Pictures(96, 1), held = TinyModel.Pictures(48, 2);

    private static BatchOptions Batches { get; } =
        new() { BatchSize = 16, Seed = 3, Augmentation = Augmentation.Standard, Workers = 0 };

    private static TrainerOptions Options { get; } =
        new() { Epochs = 4, Optimizer = new Sgd(0.05) { Nesterov = true, WeightDecay = 5e-4 }, ReportEvery = 4 };

    public void Dispose()
    {
        images.Dispose();
        held.Dispose();
    }

    [Fact]
    public void LearnsAndReports()
    {
        using var student = new TinyModel(6, 0);
        List<TrainingProgress> heard = [];
        var result = Trainer.Train(
            Run(student) with
            {
                Batches = Batches with { Augmentation = new() { Padding = 1, Flip = true } },
                Validation = held,
                Options = Options with { Epochs = 12, Optimizer = new Adam(0.02) }
            }, new Listener(heard.Add));
        Assert.Equal(72, result.Steps);
        Assert.Equal(result.History, heard);
        Assert.Equal([4, 6, 8, 12], result.History.Take(4).Select(point => point.Step));
        Assert.Equal(12, result.History.Count(point => point.Accuracies.ContainsKey("validation")));
        Assert.True(result.LastAccuracy() > 0.9, $"validation {result.LastAccuracy()}");
        Assert.True(result.History[^1].Losses["total"] < result.History[0].Losses["total"] / 2);
        Assert.True(result.History[^1].Accuracies["train"] > 0.8);
        Assert.Equal((12.0, 12.0), (result.History[^1].Epoch, result.History[^1].Epochs));
        Assert.True(result.History[^1].ImagesPerSecond > 0);
        Assert.Equal(TimeSpan.Zero, result.History[^1].Left);
        Assert.False(result.Cancelled);
        Assert.False(student.training);
    }

    [Fact]
    public void APlainImageIsAskedForOnlyWhereTheLossWantsIt()
    {
        using var scope = NewDisposeScope();
        using TinyModel asked = new(6, 5), alone = new(6, 5);
        var before = FeatureExtractor.Compute(alone, images).Logits;
        var loss = new Asking(new CrossEntropy(), From: 1);
        var run = Run(asked) with
        {
            Loss = loss,
            Options = Options with { Epochs = 2 },
            Batches = Batches with { Shuffle = false, Mixing = new() { Mixup = 1 } }
        };
        Trainer.Train(run);
        Trainer.Train(run with { Student = alone, Loss = new CrossEntropy() });

        Assert.Equal([.. Enumerable.Repeat(false, 6), .. Enumerable.Repeat(true, 6)],
            loss.Seen.Select(x => x.Plain is not null));
        Assert.All(loss.Seen, x => Assert.InRange(x.Lambda!.Value, 0, 1));
        // running statistics too: the plain images are seen in evaluation mode
        Assert.Equal(alone.Bits(), asked.Bits());

        using var fresh = new TinyModel(6, 5);
        var early = new Asking(new CrossEntropy(), From: 0);
        Trainer.Train(run with { Student = fresh, Loss = early, Options = Options with { Steps = 1 } });
        Assert.True(early.Seen[0].Plain!.allclose(before[..16], rtol: 1e-4, atol: 1e-5));
    }

    private sealed record Asking(Loss Inner, double From) : Loss
    {
        public List<(Tensor? Plain, double? Lambda)> Seen { get; } = [];

        public override string Name => "Asking";

        public override bool NeedsPlain(double epoch, double epochs) => epoch >= From;

        public override LossParts Compute(LossBatch batch)
        {
            Seen.Add((batch.PlainLogits?.clone().DetachFromDisposeScope(), batch.Lambda));
            return Inner.Compute(batch);
        }
    }

    // The same run written out with TorchSharp's own optimizer.
    [Fact]
    public void EqualsTheLoopWrittenOut()
    {
        using var scope = NewDisposeScope();
        using TinyModel ours = new(6, 5), theirs = new(6, 5);
        Trainer.Train(Run(ours));

        theirs.train();
        var named = theirs.named_parameters().ToList();
        var sgd = optim.SGD(named.Where(p => p.parameter.dim() > 1).Select(p => p.parameter), 0.05, momentum: 0.9,
            weight_decay: 5e-4, nesterov: true);
        var plain = optim.SGD(named.Where(p => p.parameter.dim() <= 1).Select(p => p.parameter), 0.05, momentum: 0.9,
            nesterov: true);
        using var loader = new BatchLoader(images, Batches with { ChannelsLast = true }, Normalization.Centered);
        var done = 0;
        for (var epoch = 0; epoch < 4; epoch++)
        {
            foreach (var batch in loader.Epoch(epoch))
            {
                var rate = 0.05 * (1 + Math.Cos(Math.PI * done / 24)) / 2;
                sgd.ParamGroups.Single().LearningRate = plain.ParamGroups.Single().LearningRate = rate;
                sgd.zero_grad();
                plain.zero_grad();
                nn.functional.cross_entropy(theirs.call(batch.Images), batch.Labels).backward();
                sgd.step();
                plain.step();
                done++;
            }
        }
        foreach (var ((name, a), (_, b)) in ours.state_dict().Zip(theirs.state_dict()))
            Assert.True(a.to_type(ScalarType.Float32).allclose(b.to_type(ScalarType.Float32), rtol: 1e-3, atol: 1e-4),
                name);
    }

    [Fact]
    public void TheLearningRateGrowsWithTheBatch()
    {
        using var student = new TinyModel(6, 5);
        var result = Trainer.Train(Run(student) with
        {
            Batches = Batches with { BatchSize = 32 },
            Options = Options with { Epochs = 1, LearningRateBatch = 16 },
        });
        // doubled for 32 images instead of 16; a quarter at the last of three steps
        Assert.Equal(0.1 * 0.25, result.History[0].LearningRate, 12);
    }

    [Fact]
    public void SameSeedSameBits()
    {
        Assert.Equal(Bits(7), Bits(7));
        Assert.NotEqual(Bits(7), Bits(8));

        byte[] Bits(long seed)
        {
            using var student = new TinyModel(6, 0, drops: true);
            _ = rand(3); // numbers drawn elsewhere change nothing
            Trainer.Train(
                Run(student) with { Batches = Batches with { Workers = 1 }, Options = Options with { Seed = seed } });
            return student.Bits();
        }
    }

    [Fact]
    public void LeavesTheProcessGeneratorAlone()
    {
        using var scope = NewDisposeScope();
        using var student = new TinyModel(6, 0, drops: true);
        _ = manual_seed(11);
        var expected = rand(3);
        _ = manual_seed(11);
        Trainer.Train(Run(student) with { Options = Options with { Epochs = 1 } });
        Assert.True(expected.Equals(rand(3)));
    }

    [Fact]
    public void FrozenBackboneStaysAsItIs()
    {
        using var scope = NewDisposeScope();
        using var student = new TinyModel(6, 0);
        var before = student.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        Trainer.Train(Run(student) with { Options = Options with { FrozenBackbone = true } });
        foreach (var (name, value) in student.state_dict())
            Assert.Equal(!name.StartsWith("head"), value.Equals(before[name]));
        Assert.All(student.parameters(), parameter => Assert.True(parameter.requires_grad));

        Trainer.Train(Run(student) with { Options = Options with { Frozen = ["stem."] } });
        Assert.True(student.state_dict()["stem.weight"].Equals(before["stem.weight"]));
        Assert.False(student.state_dict()["norm.running_mean"].Equals(before["norm.running_mean"]));
        Assert.Contains("'layer9'",
            Assert.Throws<ArgumentException>(
                () => Trainer.Train(Run(student) with { Options = Options with { Frozen = ["layer9"] } })).Message);
    }

    [Fact]
    public void BestWeightsAndEarlyStop()
    {
        using var student = new TinyModel(6, 0);
        var result = Trainer.Train(Run(student) with
        {
            Validation = held,
            Options = Options with
            { Epochs = 60, Patience = 3, Final = FinalWeights.Best, Schedule = new ConstantSchedule() },
        });
        Assert.True(result.StoppedEarly);
        Assert.True(result.Steps < 60 * 6);
        var seen = result.History.Where(point => point.Accuracies.ContainsKey("validation")).ToList();
        Assert.Equal(seen.Max(point => point.Accuracies["validation"]), result.BestAccuracy);
        Assert.Equal(seen.First(point => point.Accuracies["validation"] == result.BestAccuracy).Step, result.BestStep);
        Assert.Equal(3 * 6, result.Steps - result.BestStep);
        Assert.Equal(result.BestAccuracy!.Value, Evaluator.Evaluate(student, held).Top1, 9);
    }

    [Fact]
    public void BFloat16LearnsToo()
    {
        Assert.SkipUnless(TorchNative.HasAutocast, "this libtorch has no autocast switch");
        using var student = new TinyModel(6, 0);
        var result = Trainer.Train(
            Run(student) with
            {
                Batches = Batches with { Augmentation = new() { Padding = 1, Flip = true } },
                Validation = held,
                Options = Options with { Epochs = 12, Optimizer = new Adam(0.02), Precision = Precision.BFloat16 }
            });
        Assert.True(result.LastAccuracy() > 0.9, $"validation {result.LastAccuracy()}");
        Assert.All(student.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
        Assert.Equal(Devices.MultipliesBFloat16 == false, result.Messages.Any(message => message.Contains("emulated")));
    }

    [Fact]
    public void MixedLabelsAreDistributions()
    {
        using var student = new TinyModel(6, 0);
        var batches = Batches with { Mixing = new MixOptions { Mixup = 0.5, Cutmix = 1 } };
        var result = Trainer.Train(
            Run(student) with
            {
                Batches = batches,
                Loss = new CrossEntropy { Smoothing = 0.1 },
                Options = Options with { Epochs = 8 }
            });
        Assert.True(result.History[^1].Losses["total"] < result.History[0].Losses["total"]);
    }

    [Fact]
    public void MixedImagesHaveNoWeightsOfTheirOwn()
    {
        using var student = new TinyModel(6, 0);
        var run = Run(student) with
        {
            Batches = Batches with { Mixing = new MixOptions { Mixup = 0.5 } },
            Weights = [.. Enumerable.Repeat(1f, images.Count)]
        };
        Assert.Contains("Weights are given and Batches.Mixing is on",
            Assert.Throws<ArgumentException>(() => Trainer.Train(run)).Message);
    }

    [Fact]
    public void AnEarlyStopAtTheTeachersAccuracyNeedsSomethingToJudgeBy()
    {
        using TinyModel student = new(6, 0), teacher = new(6, 1);
        var run = Run(student) with
        { Loss = new EarlyStoppedKd(), Teacher = teacher, Validation = null };
        Assert.Contains("give Validation, images to judge by",
            Assert.Throws<ArgumentException>(() => Trainer.Train(run)).Message);
    }

    [Fact]
    public void ThreadsOfARunAreItsOwn()
    {
        var before = Devices.UseThreads();
        using var student = new TinyModel(6, 0);
        var seen = 0;
        student.BeforePass = () => seen = get_num_threads();
        Trainer.Train(Run(student) with { Options = Options with { Epochs = 1, Threads = before + 1 } });
        Assert.Equal((before + 1, before), (seen, get_num_threads()));
        Assert.Equal(before, Devices.UseThreads());
    }

    [Fact]
    public void TimeLeftIsThatOfTheUpdatesToCome()
    {
        using var scope = NewDisposeScope();
        using var meter = new LossMeter();
        var logits = zeros(4, 6);
        for (var batch = 0; batch < 2; batch++)
            meter.Add(new CrossEntropy().Compute(new LossBatch(logits) { Labels = zeros(4, ScalarType.Int64) }), logits,
                null, null, 4, report: false);
        var half = meter.Report(2, 4, 0.5, 1, 0.1);
        Assert.Equal(half.Elapsed.TotalSeconds, half.Left.TotalSeconds, 1e-3);
    }

    [Fact]
    public void StepsEndARunWithinAnEpoch()
    {
        using var student = new TinyModel(6, 0);
        var result = Trainer.Train(Run(student) with { Validation = held, Options = Options with { Steps = 9 } });
        Assert.Equal(9, result.Steps);
        Assert.Equal(1.5, result.History[^1].Epochs);
        Assert.Contains("validation", result.History[^1].Accuracies.Keys);
        Assert.True(result.History[^1].LearningRate is > 0 and < 0.005);
    }

    [Fact]
    public void LeavesNoTensorBehind()
    {
        using var student = new TinyModel(6, 0);
        var run = Run(student) with { Validation = held, Options = Options with { Epochs = 1 } };
        Trainer.Train(run);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Trainer.Train(run);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void CancellationReturnsTheHistorySoFar()
    {
        using var student = new TinyModel(6, 0);
        using var source = new CancellationTokenSource();
        var result = Trainer.Train(Run(student), new Listener(point =>
        {
            if (point.Step == 8) source.Cancel();
        }), source.Token);
        Assert.True(result.Cancelled);
        Assert.Equal(8, result.Steps);
        Assert.Equal([4, 6, 8], result.History.Select(point => point.Step));
    }

    [Fact]
    public void BadRunsAreNamed()
    {
        using TinyModel student = new(6, 0), few = new(3, 0);
        Assert.Contains("head for 6", Message(Run(few)));
        Assert.Contains("nothing supervises", Message(Run(student) with { WithLabels = false }));
        Assert.Contains("Validation", Message(Run(student) with { Options = Options with { Patience = 1 } }));
        Assert.Contains("95 entries", Message(Run(student) with { Weights = new float[95] }));
        Assert.Contains("cannot teach itself", Message(Run(student) with { Teacher = student }));
        Assert.Contains("3 classes", Message(Run(student) with { Teacher = few }));
        Assert.Contains("DropLast",
            Message(Run(student) with { Batches = Batches with { BatchSize = 100, DropLast = true } }));
        Assert.Contains("Epochs -1",
            Assert.Throws<ArgumentOutOfRangeException>(() => new TrainerOptions { Epochs = -1 }).Message);
        Assert.Contains("numbered blocks", Message(Run(student) with { Options = Options with { LayerDecay = 0.7 } }));

        static string Message(TrainingRun run) => Assert.ThrowsAny<ArgumentException>(() => Trainer.Train(run)).Message;
    }

    private TrainingRun Run(TinyModel student) =>
        new(student, images, new CrossEntropy()) { Batches = Batches, Options = Options };
}
