using TorchSharp;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Losses.Distillation;
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
        var result =
            Trainer.Train(
                Run(student)
                    with
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
        var before = FeatureExtractor.Compute(alone, images, Batches.Normalization).Logits;
        var loss = new Asking(new CrossEntropy(), From: 1);
        var run = Run(asked)
            with
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

    private sealed record Asking(Loss Inner, double From) : Loss, IPlainImageLoss
    {
        public List<(Tensor? Plain, double? Lambda)> Seen { get; } = [];

        public override string Name => "Asking";

        public bool NeedsPlain(double epoch, double epochs) => epoch >= From;

        public override LossParts Compute(LossBatch batch)
        {
            Seen.Add((batch.PlainLogits?.clone().DetachFromDisposeScope(), batch.Lambda));
            return Inner.Compute(batch);
        }
    }

    // The same run written out with TorchSharp's own optimizer and clipping.
    [Theory, InlineData(null), InlineData(0.5)]
    public void EqualsTheLoopWrittenOut(double? clip)
    {
        using var scope = NewDisposeScope();
        using TinyModel ours = new(6, 5), theirs = new(6, 5);
        Trainer.Train(Run(ours) with { Options = Options with { ClipNorm = clip } });

        theirs.train();
        var named = theirs.named_parameters().ToList();
        var sgd = optim.SGD(named.Where(p => p.parameter.dim() > 1).Select(p => p.parameter), 0.05, momentum: 0.9,
            weight_decay: 5e-4, nesterov: true);
        var plain =
            optim.SGD(named.Where(p => p.parameter.dim() <= 1).Select(p => p.parameter), 0.05, momentum: 0.9,
                nesterov: true);
        using var loader = new BatchLoader(images, Batches with { ChannelsLast = true });
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
                if (clip is { } limit) nn.utils.clip_grad_norm_(theirs.parameters(), limit);
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
    public void AccumulatedBatchesEqualOneLargeBatch()
    {
        using var scope = NewDisposeScope();
        using TinyModel small = new(6, 5, norms: false), large = new(6, 5, norms: false);
        var options = Options with { Epochs = 1, LearningRateBatch = 16 };
        var batches = Batches with { Shuffle = false, Augmentation = Augmentation.None };
        var one = Trainer.Train(
            Run(small) with { Batches = batches with { BatchSize = 8 }, Options = options with { Accumulation = 4 } });
        var other = Trainer.Train(Run(large) with { Batches = batches with { BatchSize = 32 }, Options = options });
        Assert.Equal((3, 3), (one.Steps, other.Steps));
        // doubled for 32 images instead of 16; a quarter at the last of three steps
        Assert.Equal(0.1 * 0.25, one.History[0].LearningRate, 12);
        foreach (var ((name, a), (_, b)) in small.state_dict().Zip(large.state_dict()))
            Assert.True(a.allclose(b, rtol: 1e-4, atol: 1e-5), name);
    }

    // 96 images in batches of 16 are six: an update of four and one of two, each the mean over its images. The limit
    // acts on that mean.
    [Theory, InlineData(null), InlineData(0.05)]
    public void AnUpdateOfFewerBatchesCountsItsImagesAlike(double? clip)
    {
        using var scope = NewDisposeScope();
        using TinyModel ours = new(6, 5, norms: false), theirs = new(6, 5, norms: false);
        Trainer.Train(Run(ours) with
        {
            Batches = Batches with { Shuffle = false, Augmentation = Augmentation.None },
            Options = Options
                with
            {
                Epochs = 2,
                Accumulation = 4,
                ClipNorm = clip,
                Schedule = new ConstantSchedule(),
                Optimizer = new Sgd(0.05)
            },
        });

        theirs.train();
        var sgd = optim.SGD(theirs.parameters(), 0.05, momentum: 0.9);
        var pixels = Batches.Normalization.Apply(images.Images);
        var labels = tensor(images.Labels.ToArray());
        for (var update = 0; update < 4; update++)
        {
            var (start, count) = update % 2 == 0 ? (0, 64) : (64, 32);
            sgd.zero_grad();
            nn.functional.cross_entropy(theirs.call(TorchNative.ChannelsLast(pixels.narrow(0, start, count))),
                labels.narrow(0, start, count)).backward();
            if (clip is { } limit)
                Assert.True(nn.utils.clip_grad_norm_(theirs.parameters(), limit) > limit,
                    "the limit was not reached, so nothing is tested");
            sgd.step();
        }
        foreach (var ((name, a), (_, b)) in ours.state_dict().Zip(theirs.state_dict()))
            Assert.True(a.allclose(b, rtol: 1e-4, atol: 1e-6), name);
    }

    [Fact]
    public void AverageTakesRunningStatisticsAlong()
    {
        using var scope = NewDisposeScope();
        using TinyModel averaged = new(6, 0), path = new(6, 0);
        var run = Run(averaged)
            with
        { Options = Options with { Steps = 3, EmaDecay = 0.9, Final = FinalWeights.Average } };
        Trainer.Train(run);
        var expected = path.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        for (var t = 1; t <= 3; t++)
        {
            using var student = new TinyModel(6, 0);
            Cancel.AfterUpdate(
                run with
                {
                    Student = student,
                    Options = run.Options with { EmaDecay = null, Final = FinalWeights.Last }
                }, t);
            var decay = (1.0 + t) / (10.0 + t);
            foreach (var (name, value) in student.state_dict())
                expected[name] = value.is_floating_point() ? expected[name] * decay + value.detach() * (1 - decay)
                    : value.clone();
        }
        foreach (var (name, value) in averaged.state_dict())
            Assert.True(value.allclose(expected[name], rtol: 1e-5, atol: 1e-6), name);
        Assert.Equal(3, averaged.state_dict()["norm.num_batches_tracked"].item<long>());
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
    public void AverageFollowsTheWeights()
    {
        using var scope = NewDisposeScope();
        using TinyModel averaged = new(6, 0), last = new(6, 0);
        var options = Options with { Epochs = 2, EmaDecay = 0.8 };
        var run = Run(averaged) with { Validation = held, Options = options with { Final = FinalWeights.Average } };
        var result = Trainer.Train(run);
        Assert.All(result.History.Where(p => p.Accuracies.ContainsKey("validation")),
            p => Assert.Contains("ema", p.Accuracies));

        // The path of the plain run, averaged by hand.
        var path = new List<Tensor> { last.get_parameter("head.weight")!.detach().clone() };
        for (var steps = 1; steps <= 12; steps++)
        {
            using var student = new TinyModel(6, 0);
            using var source = new CancellationTokenSource();
            Trainer.Train(Run(student) with { Options = options with { EmaDecay = null, ReportEvery = 1 } },
                new Listener(point => { if (point.Step == steps) source.Cancel(); }), source.Token);
            path.Add(student.get_parameter("head.weight")!.detach().clone());
        }
        var average = path[0];
        for (var t = 1; t <= 12; t++)
        {
            var decay = Math.Min(0.8, (1.0 + t) / (10.0 + t));
            average = average * decay + path[t] * (1 - decay);
        }
        Assert.True(average.allclose(averaged.get_parameter("head.weight")!, rtol: 1e-4, atol: 1e-5));
        Assert.False(path[^1].allclose(averaged.get_parameter("head.weight")!, rtol: 1e-3, atol: 1e-4));
    }

    [Fact]
    public void BestWeightsAndEarlyStop()
    {
        using var student = new TinyModel(6, 0);
        var result = Trainer.Train(Run(student) with
        {
            Validation = held,
            Options = Options
                with
            { Epochs = 60, Patience = 3, Final = FinalWeights.Best, Schedule = new ConstantSchedule() },
        });
        Assert.True(result.StoppedEarly);
        Assert.True(result.Steps < 60 * 6);
        var seen = result.History.Where(point => point.Accuracies.ContainsKey("validation")).ToList();
        Assert.Equal(seen.Max(point => point.Accuracies["validation"]), result.BestAccuracy);
        Assert.Equal(seen.First(point => point.Accuracies["validation"] == result.BestAccuracy).Step, result.BestStep);
        Assert.Equal(3 * 6, result.Steps - result.BestStep);
        Assert.Equal(result.BestAccuracy!.Value, Evaluator.Evaluate(student, held, Batches.Normalization).Top1, 9);
    }

    [Fact]
    public void BFloat16LearnsToo()
    {
        Assert.SkipUnless(TorchNative.HasAutocast, "this libtorch has no autocast switch");
        using var student = new TinyModel(6, 0);
        var result =
            Trainer.Train(
                Run(student)
                    with
                {
                    Batches = Batches with { Augmentation = new() { Padding = 1, Flip = true } },
                    Validation = held,
                    Options = Options
                            with
                    { Epochs = 12, Optimizer = new Adam(0.02), Precision = Precision.BFloat16 }
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
        var result =
            Trainer.Train(
                Run(student)
                    with
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
        var run = Run(student)
            with
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
        var run = Run(student)
            with
        { Loss = new EarlyStoppedKd(), Teacher = Teacher.OnTheFly(teacher), Validation = null };
        Assert.Contains("give Validation and Teacher.OnTheFly",
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
    public void TimeLeftCountsUpdatesNotBatches()
    {
        using var scope = NewDisposeScope();
        using var meter = new LossMeter(perUpdate: 2);
        var logits = zeros(4, 6);
        for (var batch = 0; batch < 4; batch++)
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
        var run = Run(student) with { Validation = held, Options = Options with { Epochs = 1, EmaDecay = 0.9 } };
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
        Assert.Contains("EmaDecay",
            Message(Run(student) with { Options = Options with { Final = FinalWeights.Average } }));
        Assert.Contains("95 entries", Message(Run(student) with { Weights = new float[95] }));
        Assert.Contains("cannot teach itself", Message(Run(student) with { Teacher = Teacher.OnTheFly(student) }));
        Assert.Contains("3 classes", Message(Run(student) with { Teacher = Teacher.OnTheFly(few) }));
        Assert.Contains("DropLast",
            Message(Run(student) with { Batches = Batches with { BatchSize = 100, DropLast = true } }));
        Assert.Contains("Accumulation -1",
            Assert.Throws<ArgumentOutOfRangeException>(() => new TrainerOptions { Accumulation = -1 }).Message);
        Assert.Contains("numbered blocks", Message(Run(student) with { Options = Options with { LayerDecay = 0.7 } }));

        static string Message(TrainingRun run) => Assert.ThrowsAny<ArgumentException>(() => Trainer.Train(run)).Message;
    }

    private TrainingRun Run(TinyModel student) =>
        new(student, images, new CrossEntropy()) { Batches = Batches, Options = Options };
}
