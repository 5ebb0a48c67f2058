using TorchSharp;
using W2S.Data;
using W2S.Data.Episodes;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.WeakToStrong;
using W2S.Tests.Data;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Training;

[Collection(ProcessWide.Name)]
public sealed class EpisodeTrainingTests : IDisposable
{
    private readonly ImageSet images = TinyModel.Pictures(120, 1), held = TinyModel.Pictures(90, 2);

    private static EpisodeTraining Tasks { get; } = new()
    {
        Episode = new EpisodeOptions { Ways = 3, Shots = 1, Queries = 5 },
        UpdatesPerEpoch = 8,
        TasksPerUpdate = 2,
    };

    private static TrainerOptions Options { get; } = new()
    {
        Epochs = 3,
        Optimizer = new Sgd(0.05) { WeightDecay = 5e-4 },
        Schedule = new ConstantSchedule(),
        ReportEvery = 8,
        Final = FinalWeights.Best,
    };

    public void Dispose()
    {
        images.Dispose();
        held.Dispose();
    }

    private TrainingRun Run(TinyModel student) => new(student, images, new CrossEntropy())
    {
        Episodes = Tasks,
        Validation = new TaskValidation(held, Tasks.Episode, 60),
        Options = Options,
    };

    private static double Scale(TrainingResult result) => result.Best!.Diagnostics[EpisodeTraining.ScaleName];

    [Fact]
    public void LearnsToTellNewTasksApartAndLearnsTheScale()
    {
        using var student = new TinyModel(6, 0);
        var head = student.get_parameter("head.weight")!.detach().clone();
        var tasks = new TaskValidation(held, Tasks.Episode, 200, Seed: 77);
        var before = tasks.Accuracy(student, 256, TestContext.Current.CancellationToken);
        List<TrainingProgress> heard = [];
        var result =
            Trainer.Train(Run(student) with { Options = Options with { Epochs = 6 } }, new Listener(heard.Add),
                TestContext.Current.CancellationToken);
        var after = tasks.Accuracy(student, 256, TestContext.Current.CancellationToken);

        Assert.True(after >= before, $"{before} → {after}");
        Assert.True(result.History[^1].Losses["total"] < result.History[0].Losses["total"] / 2, "learned nothing");
        Assert.NotEqual(10, Scale(result));
        Assert.Equal(6, result.History.Count);
        Assert.Equal(result.History, heard.Where(point => point.Step % 8 == 0));
        Assert.Equal(result.History.Max(point => point.Accuracies["validation"]), result.BestAccuracy!.Value);
        Assert.Equal(result.History.First(point => point.Accuracies["validation"] == result.BestAccuracy).Step,
            result.BestStep);
        Assert.Equal(result.History.First(point => point.Step == result.BestStep).Diagnostics["scale"], Scale(result));
        Assert.False(student.training);
        Assert.True(head.equal(student.get_parameter("head.weight")!).all().item<bool>(),
            "the classifier takes no part");
        Assert.True(student.get_parameter("head.weight")!.requires_grad);
    }

    [Fact]
    public void InterruptedAndResumedItGivesTheSameBits()
    {
        using var folder = new TemporaryFolder();
        using TinyModel whole = new(6, 3, drops: true), parts = new(6, 3, drops: true), teacher = new(6, 9);
        TrainingRun Of(TinyModel student, string? where) => Run(student) with
        {
            Loss = new AdaptConf { Temperature = 10, BetaTemperature = 0.25, WarmUp = 0.25 },
            Teacher = teacher,
            Episodes = Tasks with { TeacherScale = 12 },
            Options = Options with { Folder = where, ReportEvery = 5 },
        };
        var once = Trainer.Train(Of(whole, null), token: TestContext.Current.CancellationToken);

        using var stop = new CancellationTokenSource();
        var first = Trainer.Train(Of(parts, folder.Path), new Listener(point =>
        {
            if (point.Step >= 10)
                stop.Cancel();
        }), stop.Token);
        Assert.True(first.Cancelled);
        using var again = new TinyModel(6, 3, drops: true);
        var second = Trainer.Train(Of(again, folder.Path), token: TestContext.Current.CancellationToken);

        Assert.Equal(10, second.ResumedFrom);
        Assert.False(second.Cancelled);
        Assert.Equal(whole.Bits(), again.Bits());
        Assert.Equal(Scale(once), Scale(second));
        Assert.Equal(once.History.Select(point => point.Losses["total"]),
            second.History.Select(point => point.Losses["total"]));

        // Finished, it is only read; another run does not go on from it.
        using var third = new TinyModel(6, 3, drops: true);
        Assert.Equal(Scale(once),
            Scale(Trainer.Train(Of(third, folder.Path), token: TestContext.Current.CancellationToken)));
        Assert.Equal(whole.Bits(), third.Bits());
        using var other = new TinyModel(6, 3, drops: true);
        var error =
            Assert.Throws<IOException>(
                () => Trainer.Train(
                    Of(other, folder.Path) with { Episodes = Tasks with { TeacherScale = 10 } }));
        Assert.Contains("TeacherScale = 12", error.Message);
    }

    [Fact]
    public void ADamagedCheckpointIsPassedOverAndSaidToBe()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        using TinyModel parts = new(6, 3), again = new(6, 3);
        TrainingRun Of(TinyModel student) => Run(student) with { Options = Options with { Folder = folder.Path } };
        Trainer.Train(Of(parts), new Listener(point => { if (point.Step >= 16) stop.Cancel(); }), stop.Token);
        File.Delete(Path.Combine(folder.Path, "step-000000016", "record.json"));

        var result = Trainer.Train(Of(again), token: TestContext.Current.CancellationToken);

        Assert.Equal(8, result.ResumedFrom);
        Assert.Contains(result.Messages, message => message.Contains("step-000000016 is damaged"));
    }

    [Fact]
    public void TheTeachersScaleCounts()
    {
        using TinyModel a = new(6, 3), b = new(6, 3), teacher = new(6, 9);
        var run = Run(a)
            with
        {
            Loss = new Kd { Temperature = 10 },
            WithLabels = false,
            Teacher = teacher,
            Validation = null,
            Options = Options with { Epochs = 1, Final = FinalWeights.Last }
        };
        Trainer.Train(run, token: TestContext.Current.CancellationToken);
        Trainer.Train(run with { Student = b, Episodes = Tasks with { TeacherScale = 20 } },
            token: TestContext.Current.CancellationToken);
        Assert.NotEqual(a.Bits(), b.Bits());
    }

    [Fact]
    public void WhatCannotBeIsRefused()
    {
        using var student = new TinyModel(6, 0);
        Assert.Contains("cannot teach itself",
            Assert.Throws<ArgumentException>(
                () => Trainer.Train(Run(student) with { Teacher = student })).Message);
        Assert.Contains("nothing supervises",
            Assert.Throws<ArgumentException>(
                () => Trainer.Train(Run(student) with { WithLabels = false })).Message);
        Assert.Contains("class 'class 0' of pictures has 20 images",
            Assert.Throws<ArgumentException>(
                () => Trainer.Train(
                    Run(student)
                        with
                    { Episodes = Tasks with { Episode = new EpisodeOptions { Queries = 20 } } })).Message);
        var bad = Assert.Throws<NotFiniteException>(
            () => Trainer.Train(
                Run(student) with { Options = Options with { Optimizer = new Sgd(1e30), Epochs = 5 } }));
        Assert.Contains("is not finite at step", bad.Message);
        Assert.Equal(2 * 18, bad.Indices.Count);
    }
}
