using W2S.Data;
using W2S.Data.Sources;
using W2S.Experiments.FewShot;
using W2S.Losses.WeakToStrong;
using W2S.Models;
using W2S.Runs;
using W2S.Tests.Data;
using static TorchSharp.torch;

namespace W2S.Tests.Experiments.FewShot;

[Collection(W2S.Tests.ProcessWide.Name)]
public sealed class FewShotStudyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static FewShotStudy Tiny { get; } = FewShotStudy.Quick with
    {
        Images = ClassPlan.Shapes(20),
        Seeds = [0],
        TeacherEpochs = 2,
        Epochs = 2,
        MetaUpdates = 2,
        MetaEpisodes = 1,
        Episodes = 30,
        ValidationEpisodes = 20,
        JudgeEvery = 1,
    };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void BothStagesRunFromTeacherToStudentAndAreKept()
    {
        var store = new RunStore(folder.Path);
        var run = store.Get(Tiny.Metas(0)[^1], token: TestContext.Current.CancellationToken);

        Assert.Equal(("few-shot-meta", "AdaptConf + labels",
            "shapes, 24 classes with 18 and 34, Conv4 (16 channels) → Conv4 (32 channels), meta stage"),
            (run.Kind, run.Name, run.Setting));
        foreach (var value in (string[])["1-shot", "5-shot", "1-shot agreement", "validation 1-shot"])
            Assert.InRange(run[value], 0.05, 1);
        Assert.InRange(run["1-shot"], run["1-shot low"], run["1-shot high"]);
        Assert.Equal(run["5-shot"], run["test accuracy"]);
        Assert.True(File.Exists(run.File("weights.safetensors")));
        Assert.Equal(["few-shot-classifier", "few-shot-meta"],
            Directory.GetDirectories(folder.Path).Select(path => Path.GetFileName(path)!).Order());
        // Teacher in both stages, student in both: four runs.
        Assert.Equal(4, store.All().Count);
        var again = new RunStore(folder.Path).Get(Tiny.Metas(0)[^1]);
        Assert.Equal(run.Outcome.Values, again.Outcome.Values);
        Assert.Equal(["1-shot", "5-shot"], again.Outcome.Tasks.Keys.Order());
        Assert.All(again.Outcome.Tasks, tasks =>
        {
            Assert.Equal(30, tasks.Value.Count);
            Assert.Equal(run[tasks.Key], tasks.Value.Average(accuracy => (double)accuracy), 1e-7);
        });
    }

    [Fact]
    public void ANetworkOfOnesOwnLearnsInBothStages()
    {
        var run = new RunStore(folder.Path).Get((Tiny with { Strong = new Pooled(6) }).Metas(0)[1],
            token: TestContext.Current.CancellationToken);

        Assert.Equal("shapes, 24 classes with 18 and 34, Conv4 (16 channels) → 6 filters, meta stage", run.Setting);
        Assert.InRange(run["5-shot"], 0.05, 1);
        Assert.NotEqual(Tiny.Metas(0)[1].Hash, run.Hash);
    }

    private sealed record Pooled(int Filters) : NetworkSource
    {
        public override string Title => $"{Filters} filters";

        protected override ImageModel Make(int classes) => ImageModel.From(
            nn.Sequential(nn.Conv2d(3, Filters, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(4), nn.Flatten()),
            nn.Linear(16 * Filters, classes));
    }

    [Fact]
    public void TheEpochIsChosenByValidationClasses()
    {
        var run = new RunStore(folder.Path).Get(Tiny.Teacher(0), token: TestContext.Current.CancellationToken);
        var judged = run.Outcome.History.Select(point => point.Values["validation 5-shot"]).ToArray();

        Assert.Equal(2, judged.Length);
        Assert.Equal(judged.Max(), run["validation 5-shot"], 1e-6); // histories are kept with six digits
        Assert.Equal(1 + Array.IndexOf(judged, judged.Max()), run["best epoch"]);
    }

    [Fact]
    public void UnseenImagesOfTheBaseClassesAreWatchedAndChangeNothing()
    {
        var store = new RunStore(folder.Path);
        var images = Tiny.Images;
        var watched = store.Get((Tiny with { Images = images with { Unseen = images.Base } }).Teacher(0),
            token: TestContext.Current.CancellationToken);
        var run = store.Get(Tiny.Teacher(0), token: TestContext.Current.CancellationToken);

        var curve = watched.Outcome.History.Select(point => point.Values["unseen base accuracy"]).ToArray();
        Assert.Equal(2, curve.Length);
        Assert.Equal(curve[^1], watched["unseen base accuracy"], 1e-6);
        Assert.InRange(curve[^1], 1e-3, 1);
        Assert.Equal(run["5-shot"], watched["5-shot"]);
        Assert.DoesNotContain("unseen base accuracy", run.Outcome.Values.Keys);
    }

    [Fact]
    public void WeightsThatWereNotCommittedAreMadeAgain()
    {
        var store = new RunStore(folder.At("first"));
        var before = store.Get(Tiny.Classifiers(0)[1], token: TestContext.Current.CancellationToken);
        RunFile.Write(folder.At("committed", "few-shot.json"), [store.Get(Tiny.Teacher(0))]);

        var other = new RunStore(folder.At("second"), folder.At("committed"));
        Assert.Null(other.Get(Tiny.Teacher(0)).Kept);
        var after = other.Get(Tiny.Classifiers(0)[1], token: TestContext.Current.CancellationToken);
        Assert.Equal(before["5-shot"], after["5-shot"], 1e-9);
    }

    [Fact]
    public void TheMethodsDifferByLossAndTeacherAlone()
    {
        Assert.Equal(4, Tiny.Classifiers(0).Select(run => run.Hash).Distinct().Count());
        Assert.Equal(["Strong alone", "KD + labels", "AugConf + labels", "AdaptConf + labels"],
            Tiny.Classifiers(0).Select(run => run.Name));
        Assert.Null(Tiny.Classifiers(0)[0].Teacher);
        Assert.Equal(new AdaptConf { Temperature = 10, BetaTemperature = 8, WarmUp = 0.25 },
            Tiny.Classifiers(0)[3].Loss);
        Assert.Equal(new AdaptConf { Temperature = 10, BetaTemperature = 0.25, WarmUp = 0.25 },
            Tiny.Metas(0)[3].Loss);
        Assert.Equal(new AugConf { Temperature = 10, WarmUp = 0.25 }, Tiny.Metas(0)[2].Loss);
        Assert.Equal(Tiny.Teacher(0).Hash, Tiny.Classifiers(0)[2].Teacher!.Hash);
        Assert.Equal(5, Tiny.ClassifierRuns.Count);
        // The published setting.
        var paper = FewShotStudy.Paper.Classifiers(0)[3];
        Assert.Equal(new MiniImageNetSource(ClassPart.Base, 80), paper.Images.Base);
        Assert.Equal(("ResNet-36", 100, 128), (paper.Network.Title, paper.Epochs, paper.BatchSize));
        Assert.Equal(0.1, paper.Optimizer.LearningRate);
    }

    // A property that changes orphans the committed results: the page would train for minutes.
    [Fact]
    public void TheSmallSettingsRunsAreCommitted()
    {
        var store =
            new RunStore(folder.Path,
                Path.GetFullPath(
                    Path.Combine(ReferenceFile.Path("few_shot.json"), "..", "..", "..", "notebooks", "results")));
        FewShotStudy small = FewShotStudy.Small;
        Assert.All(small.ClassifierRuns.Concat(small.MetaRuns), run => Assert.NotNull(store.Find(run)));
    }

    [Fact]
    public void BaseValidationAndNovelClassesAreDisjoint()
    {
        var names = Enum.GetValues<ClassPart>().Select(part => Tiny.Images.Of(part).ReadLabels().ClassNames).ToArray();
        Assert.Equal([24, 6, 10], names.Select(own => own.Count));
        Assert.Equal(40, names.SelectMany(own => own).Distinct().Count());
    }
}
