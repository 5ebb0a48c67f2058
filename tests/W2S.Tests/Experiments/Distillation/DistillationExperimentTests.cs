using TorchSharp;
using W2S.Analysis;
using W2S.Data;
using W2S.Experiments;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.WeakToStrong;
using W2S.Runs;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Experiments.Distillation;

[Collection(W2S.Tests.ProcessWide.Name)]
public sealed class DistillationExperimentTests : IDisposable
{
    private static readonly DistillationPlan Tiny = new()
    {
        Data = DistillationPlan.Shapes(3, 12, 5, test: 7, size: 8),
        Student = "resnet8",
        TeacherEpochs = 1,
        Epochs = 3,
        BatchSize = 12,
    };

    private readonly string folder = Directory.CreateTempSubdirectory("w2s-distillation-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void PartsHaveTheirCountsAndShareNoImage()
    {
        using var parts = Tiny.Data.Open(0);
        var (train, validation, test) = (parts.Labelled.Images, parts.Validation.Images, parts.Test.Images);

        Assert.Equal((36, 15, 21), (train.Count, validation.Count, test.Count));
        Assert.All([train, validation, test],
            part => Assert.Equal([0L, 1, 2], part.Labels.Distinct().Order()));
        Assert.Equal([8L, 8], train.Images.shape[2..]);
        Assert.Equal(parts.Test.Positions, Tiny.Data.Draw(1).Test.Positions); // no seed deals anew
        Assert.Equal(0, Tiny.Data.TestPerTrain);
        var all = new[] { train, validation, test }.SelectMany(Pictures).ToArray();
        Assert.Equal(all.Length, all.Distinct().Count());

        static IEnumerable<string> Pictures(ImageSet part)
        {
            var bytes = part.Images.data<byte>().ToArray();
            return bytes.Chunk(bytes.Length / part.Count).Select(Convert.ToHexString);
        }
    }

    [Theory]
    [InlineData(21, 8, "class 20 is outside")]
    [InlineData(3, 64, "size 64")]
    public void DataThatCannotBeAreNamed(int classes, int size, string said) =>
        Assert.Contains(said, Assert.ThrowsAny<ArgumentException>(
            () => DistillationPlan.Shapes(classes, 12, 5, size: size).Open(0)).Message);

    [Fact]
    public void EveryNumberFollowsFromThePredictionsAndTheEpochFromTheValidation()
    {
        var store = new RunStore(folder);
        var student = Tiny.TeacherOnly(new AdaptConf(), 1);
        var run = store.Get(student);
        var teacher = store.Find(Tiny.TeacherRun(1))!;

        Assert.Equal(run.Predictions("test").Accuracy, run["test accuracy"]);
        Assert.Equal(run.Predictions("test").Agreement(teacher.Predictions("test")), run["test agreement"]);
        Assert.Equal(run.Outcome.History.Max(point => point.Values["validation accuracy"]), run["validation accuracy"],
            1e-6);
        Assert.Equal(3, run.Outcome.History.Count);
        Assert.All(run.Outcome.History, point => Assert.InRange(point.Values["beta"], 0, .5));
        using var scope = NewDisposeScope();
        var labels = tensor(Tiny.Data.Draw(1).Test.Truth.ToArray());
        Assert.Equal(run["test accuracy"], Accuracy.Top1(TrainNetwork.TestLogits(run), labels), 1e-12);
    }

    [Fact]
    public void AStudentWithoutLabelsSeesNone()
    {
        var student = Tiny.TeacherOnly(new Kd(), 2);

        Assert.False(student.WithLabels);
        Assert.Equal(0, ((Kd)student.Loss).LabelWeight);
        Assert.DoesNotContain("loss labels", new RunStore(folder).Get(student).Outcome.History[0].Values.Keys);
    }

    [Fact]
    public void StoppedAtAnyEpochItEndsWithTheSameNumbers()
    {
        var student = Tiny.WithLabels(new AdaptConf(), 3);
        var whole = new RunStore(folder).Get(student);
        var other = new RunStore(Path.Combine(folder, "stopped"));
        using (var stop = new CancellationTokenSource())
            Assert.ThrowsAny<OperationCanceledException>(
                () => other.Get(student, new StopAfter(stop, student.Needs.Count * Tiny.TeacherEpochs + 1),
                    stop.Token));
        var resumed = other.Get(student);

        Assert.Equal(whole.Predictions("test").Classes, resumed.Predictions("test").Classes);
        Assert.Equal(whole.Predictions("test").Nll, resumed.Predictions("test").Nll);
        Assert.Equal(whole.Outcome.History.Select(point => point.Values),
            resumed.Outcome.History.Select(point => point.Values));
    }

    [Fact]
    public void ACommittedTeacherIsTrainedAgainWhereItsWeightsAreNeeded()
    {
        var teacher = Tiny.TeacherRun(4);
        var made = new RunStore(folder).Get(teacher);
        var committed = Path.Combine(folder, "committed");
        RunFile.Write(Path.Combine(committed, "some.json"), [made]);
        var store = new RunStore(Path.Combine(folder, "empty"), committed);

        Assert.Null(store.Get(teacher).Kept);
        var student = store.Get(Tiny.WithLabels(new Kd(), 4));
        Assert.NotNull(store.Find(teacher)!.Kept);
        Assert.Equal(made.Predictions("test").Agreement(student.Predictions("test")), student["test agreement"]);
    }

    [Fact]
    public void NamesTellSupervisionApartAndSeedsAreSharedByMethods()
    {
        var runs = Tiny.Runs([new Kd(), new CrossEntropy { Smoothing = .1 }], [new Kd()], 2);

        Assert.Equal(["Weak teacher", "Strong alone", "KD + labels", "Label smoothing", "KD, teacher only"],
            runs.Take(5).Select(run => run.Name));
        Assert.Equal(10, runs.Select(run => run.Hash).Distinct().Count());
        Assert.Equal(runs[2].Teacher!.Hash, runs[0].Hash);
        Assert.Equal("shapes, first 3 classes, 8×8, resnet8 → resnet8", runs[2].Setting);
        Assert.All(new[] { DistillationPlan.Small, DistillationPlan.Quick, DistillationPlan.Paper },
            plan => Assert.Equal(16, plan.Alone(0).Hash.Length));
    }

    private sealed class StopAfter(CancellationTokenSource stop, int reports) : IProgress<TrainingProgress>
    {
        private int heard;

        public void Report(TrainingProgress value)
        {
            if (++heard == reports) stop.Cancel();
        }
    }
}
