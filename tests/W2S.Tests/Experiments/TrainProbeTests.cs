using TorchSharp;
using W2S.Data.Noise;
using W2S.Data.Shapes;
using W2S.Data.Sources;
using W2S.Experiments;
using W2S.Experiments.LabelChoice;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Models;
using W2S.Models.Weights;
using W2S.Runs;
using W2S.Selection;
using W2S.Tests.Data;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Experiments;

/// <summary>Probes on planted features: a point for each class, with more spread for the weak
/// network.</summary>
public sealed class TrainProbeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly RunStore store;

    public TrainProbeTests()
    {
        store = new RunStore(folder.Path);
        Plant(ShapesPretraining.Weak, 2.2f);
        Plant(ShapesPretraining.Strong, 1.2f);
    }

    internal static DataSource Pictures { get; } =
        new ShapesSource(new ShapesOptions { Count = 10_000, Difficulty = 0.6 }, 4);

    private static TrainProbe Run { get; } = new()
    {
        Data = new DataPlan
        {
            Pool = Pictures,
            Labelled = 1_500,
            Test = 500,
            Noise = new(NoiseKind.Symmetric, 0.5),
        },
        Weak = ShapesPretraining.Weak,
        Strong = ShapesPretraining.Strong,
        Method = ProbeMethod.StrongAlone,
        Probe = new LinearProbeOptions { Steps = 150, BatchSize = 128 },
    };

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void ASplitIsDisjointAndItsNoiseIsItsOwn()
    {
        var (parts, second) = (Run.Data.Draw(0), Run.Data.Draw(1));
        var first = parts.Labelled;
        Assert.Equal(1_500, first.Positions.Distinct().Count());
        Assert.Empty(first.Positions.Intersect(parts.Test.Positions));
        Assert.Equal(first.Given, Run.Data.Draw(0).Labelled.Given);
        Assert.NotEqual(first.Positions, second.Labelled.Positions);
        // 50 % drawn anew, of which one in twenty is right
        Assert.InRange(first.Right.Count(right => right) / 1_500.0, 0.49, 0.56);
        Assert.Equal(0.475, Run.Data.Noise!.WrongShare(20), 1e-12);
        Assert.Equal(20, parts.Classes);
        Assert.Equal(500 / 1_500.0, Run.Data.TestPerTrain);
    }

    [Fact]
    public void AsymmetricNoiseOfShapesKeepsTheForm()
    {
        var split = (Run.Data with { Noise = new(NoiseKind.Asymmetric, 0.4) }).Draw(0).Labelled;
        Assert.Equal(0.4, split.Right.Count(right => !right) / 1_500.0, 0.01);
        Assert.All(split.Truth.Zip(split.Given), pair => Assert.Equal(pair.First / 4, pair.Second / 4));
        Assert.Contains("nobody labelled shapes",
            Assert.Throws<ArgumentException>(() => (Run.Data with { Noise = NoiseSetting.Human }).Draw(0)).Message);
    }

    [Fact]
    public void MethodsAreJudgedByTheTruth()
    {
        ProbeMethod[] methods =
        [
            ProbeMethod.WeakTeacher, ProbeMethod.StrongAlone, ProbeMethod.Ceiling, new(new Kd()),
            ProbeMethod.TeacherOnly(new AdaptConf()),
            new(new SmallLoss { NoiseRate = 0.475 }),
            new(new TrustedLabels(
                    new LabelSelection(Confidence.StudentLikelihood) { Threshold = 0.1 }) { JudgedByTeacher = true }),
            ProbeMethod.SecondStage(new NeighbourSelection { Neighbours = 20 }, new AdaptConf()),
        ];
        var runs = Grid.Run([.. methods.Select(method => Run with { Method = method })], store,
            token: TestContext.Current.CancellationToken).ToDictionary(run => run.Name);

        Assert.All(runs.Values, run =>
        {
            Assert.Equal(run.Predictions("test").Accuracy, run["test accuracy"], 1e-6);
            Assert.Equal(run["test accuracy"], run.Outcome.History[^1].Values["test accuracy"], 1e-6);
            Assert.InRange(run["trusted"], 0, 1);
        });
        Assert.True(runs["Ceiling"]["test accuracy"] > runs["Strong alone"]["test accuracy"] + 0.03);
        Assert.True(runs["Strong alone"]["test accuracy"] > runs["Weak teacher"]["test accuracy"] + 0.03);
        // of the labels at hand 0.525 are right
        Assert.InRange(runs["AdaptConf + confirmed labels"]["selected right"], 0.8, 1);
        Assert.InRange(runs["AdaptConf + confirmed labels"]["selected"], 0.2, 0.8);
        Assert.InRange(runs["Small loss"]["trusted right"], 0.7, 1);
        Assert.Equal(0.525, runs["Small loss"]["trusted"], 0.01);
        Assert.True(runs["Strong alone"]["memorised"] > runs["Ceiling"]["memorised"]);
        Assert.Contains("beta", runs["AdaptConf, teacher only"].Outcome.History[^1].Values.Keys);
        Assert.Equal("shapes, shapes resnet8 → shapes resnet14, symmetric 50 %", runs["KD + labels"].Setting);
        Assert.Equal(1.0 / 3, runs["KD + labels"].TestPerTrain, 1e-12); // 500 of 1,500
        Assert.True(File.Exists(runs["Weak teacher"].File("probe.safetensors")));
    }

    [Fact]
    public void AQuantileIsChosenByHeldOutLabelsAsTheyAreGiven()
    {
        var study = Run
            with
        { Method = ProbeMethod.SecondStage(new NeighbourSelection { Neighbours = 20 }) };
        var choice = new QuantileChoice { Study = study, Quantiles = [0, 1] };
        RunResult[] runs = [.. Grid.Run([choice, choice with { Seed = 1 }], store,
            token: TestContext.Current.CancellationToken)];

        // 0.525 of the held-out labels are right: no student that is fair to the classes agrees with many more.
        Assert.All(runs, run => Assert.InRange(run[QuantileChoice.Value(1)], 0.3, 0.6));
        Assert.NotEqual(runs[0][QuantileChoice.Value(1)], runs[1][QuantileChoice.Value(1)]);
        // The hardest class confirms few labels, the easiest many: learning from more of them serves better here.
        Assert.True(
            runs.Average(run => run[QuantileChoice.Value(1)]) >= runs.Average(run => run[QuantileChoice.Value(0)]));
        Assert.Equal(1, choice.Best(runs));
        var wrong = choice with { Study = Run };
        Assert.Contains("selects no labels by neighbours",
            Assert.Throws<ArgumentException>(() => store.Get(wrong)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => choice.Best([]));
    }

    [Fact]
    public void ATeacherMayBeTrainedByOptionsOfItsOwn()
    {
        var student = Run with { Method = ProbeMethod.SoftLabels };
        var penalised = student.Probe with { L2 = 1 };
        var apart = student with { TeacherProbe = penalised };

        Assert.Equal((student with { Probe = penalised }).Teacher.Hash, apart.Teacher.Hash);
        Assert.NotEqual(student.Teacher.Hash, apart.Teacher.Hash);
        Assert.NotEqual(student.Hash, apart.Hash);
        Assert.Equal(student.Hash, (apart with { TeacherProbe = null }).Hash);
    }

    [Fact]
    public void AProbeWhoseFileWasDeletedIsTrainedAgain()
    {
        var (brief, token) = (Run with { Probe = Run.Probe with { Steps = 10 } },
            TestContext.Current.CancellationToken);
        var kept = store.Get(brief.Teacher, token: token).Kept!;
        Directory.Delete(kept, recursive: true);

        store.Get(brief with { Method = new(new Kd()) }, token: token);

        Assert.True(File.Exists(Path.Combine(kept, "probe.safetensors")));
    }

    [Fact]
    public void KindsThatReadFilesOfTheirNeedsSayIt()
    {
        var task = ChoiceTask.Shapes;
        Assert.All(
            new Experiment[]
            {
                Run, new QuantileChoice { Study = Run },
                new TrainNetwork { Network = new CatalogueNetwork("resnet8"), Data = Run.Data },
                new ChoiceCast { Task = task }, new ChoiceRun { Task = task, Rule = LabelRule.OneTeacher },
            },
            run => Assert.True(run.NeedsFiles, run.Kind));
    }

    [Fact]
    public void AProbeIsReadAsItWasWritten()
    {
        var features = randn(60, 5);
        using var probe =
            LinearProbe.Train(features, 3, new CrossEntropy(),
                Supervision.ByLabels([.. Enumerable.Range(0, 60).Select(i => (long)(i % 3))]), new() { Steps = 5 });
        var path = Path.Combine(folder.Path, "probe.safetensors");
        probe.Save(path);
        using var read = LinearProbe.Load(path);
        Assert.True(probe.Logits(features).Equals(read.Logits(features)));
        SafeTensorsFile.Write(path, new Dictionary<string, Tensor> { ["mean"] = ones(1) });
        Assert.Contains("'deviation' is missing",
            Assert.Throws<WeightFileException>(() => LinearProbe.Load(path)).Message);
    }

    [Fact]
    public void AStudyOfAPairHoldsEveryArmAtEveryNumberOfLabelsAndIsReadAsItWasWritten()
    {
        PairStudy study = new()
        {
            Images = Pictures,
            Weak = ShapesPretraining.Weak,
            Strong = ShapesPretraining.Strong,
            TrueLabels = [40, 200],
            Third = 300,
            Probe = new LinearProbeOptions { Steps = 60, BatchSize = 64 },
        };
        PairStudy[] both = [study, study with { Seed = 1 }];
        var made = Grid.Run(both, store);
        var path = Path.Combine(folder.Path, "committed.json");
        RunFile.Write(path, [.. both.Select(one => store.Find(one.Kind, one.Hash)!)]);
        RunSet read = new(RunFile.Read(path));

        Assert.Equal(2 * 2 * 9, made.Count);
        Assert.Equal(study.Arms, made.Where(run => run.Seed == 0).Select(run => run.Facets));
        Assert.Equal(made.Select(run => (run.Facets, run.Seed, run["test accuracy"])).ToHashSet(),
            read.Select(run => (run.Facets, run.Seed, run["test accuracy"])).ToHashSet(),
            (a, b) => a.Count == b.Count && a.All(one => b.Any(other => one.Facets == other.Facets
                && one.Seed == other.Seed && Math.Abs(one.Item3 - other.Item3) < 1e-6)));
        // A number of labels is the protocol's at that number, whatever others stand beside it.
        RunSet alone = Grid.Run([study with { TrueLabels = [200] }], store);
        Assert.Equal(alone.Select(run => run["test accuracy"]),
            made.Where(run => run.Seed == 0 && run.Facets.TrueLabels == 200).Select(run => run["test accuracy"]));
        File.WriteAllText(path, File.ReadAllText(path).Replace("{\"Is\":3,", "{\"Is\":99,", StringComparison.Ordinal));
        Assert.Contains("arm 99", Assert.Throws<RunException>(() => RunFile.Read(path)).Message);
    }

    private void Plant(NetworkSource network, float spread)
    {
        var run = new FrozenFeatures { Images = Pictures, Network = network };
        var place = Path.Combine(store.Folder, run.Kind, run.Hash);
        Directory.CreateDirectory(Path.Combine(place, "kept"));
        var (labels, names) = Pictures.ReadLabels();
        using var generator = new Generator(7);
        var centres = randn(names.Count, 24, generator: generator);
        var features = centres[tensor(labels.ToArray())] + spread * randn(labels.Count, 24, generator: generator);
        SafeTensorsFile.Write(Path.Combine(place, "kept", "features.safetensors"),
            new Dictionary<string, Tensor> { ["features"] = features });
        RunFile.Write(Path.Combine(place, "result.json"), [new RunResult
        {
            Record = run.Record, Hash = run.Hash, Kind = run.Kind, Facets = run.Facets, TestPerTrain = 0, Seed = 0,
            Seconds = 0, Versions = "planted", Ended = DateTime.UnixEpoch,
            Files = KeptFiles.SumsOf(Path.Combine(place, "kept")),
            Outcome = new RunOutcome { Values = new Dictionary<string, double> { ["images"] = labels.Count } },
        }]);
    }
}
