using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Corruptions;
using W2S.Data.Noise;
using W2S.Data.Shapes;
using W2S.Data.Sources;
using W2S.Data.Views;
using W2S.Experiments;
using W2S.Experiments.FewShot;
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
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Identity;

/// <summary>An experiment of every kind, of a few steps, on drawn images or on planted features.</summary>
internal static class TinyExperiments
{
    private static readonly TrainerOptions Training = new() { Epochs = 2, Optimizer = new Sgd(0.02) };

    public static IReadOnlyList<(string Name, Experiment Run)> All =>
        [.. Distillation(), .. Transfer(), .. FewShot(), .. NoisyNetworks(), .. OnFeatures()];

    /// <summary>The bits of all that a run and those before it measured.</summary>
    public static string Bits(Experiment experiment)
    {
        using var folder = new TemporaryFolder();
        using var threads = Devices.Threads(1);
        var store = new RunStore(folder.Path);
        if (experiment.SideBySide) foreach (var features in Features(experiment)) Plant(store, features);
        var result = store.Get(experiment);
        var text = new StringBuilder();
        foreach (var (name, value) in result.Outcome.Values) text.Append(
            $"{name} {BitConverter.DoubleToInt64Bits(value):x}\n");
        foreach (var arm in result.Outcome.Arms)
            foreach (var (name, value) in arm.Values) text.Append(
                $"{name} {BitConverter.DoubleToInt64Bits(value):x}\n");
        foreach (var (name, set) in result.Outcome.Predictions) text.Append(
            $"{name} {string.Join(' ', set.Classes)} {string.Join(' ', set.Nll)}\n");
        foreach (var (name, sum) in result.Files) text.Append($"{name} {sum}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    private static IEnumerable<(string, Experiment)> Distillation()
    {
        var plan = new DistillationPlan
        {
            Data = DistillationPlan.Shapes(3, 12, 5, test: 7, size: 8),
            Student = "resnet8",
            TeacherEpochs = 1,
            Epochs = 3,
            BatchSize = 12,
        };
        yield return ("distillation", plan.TeacherOnly(new AdaptConf(), 1));
    }

    private static IEnumerable<(string, Experiment)> Transfer()
    {
        var data = new DataPlan
        {
            Pool = TransferPlan.Shapes(12),
            Labelled = 30,
            Validation = 20,
            Unlabelled = 40,
            Test = 30,
        };
        var teacher =
            new TrainNetwork
            {
                Role = Role.WeakTeacher,
                Data = data,
                Network = Net("resnet8"),
                BatchSize = 10,
                Training = Training
            };
        var source = teacher with
        { Role = null, Data = data with { Pool = TransferPlan.Shapes(13) }, Network = Net("resnet14") };
        foreach (var depth in Enum.GetValues<TrainedDepth>())
            yield return ($"transfer, {depth}",
                teacher with
                {
                    Role = null,
                    Network = Net("resnet14"),
                    Start = source,
                    Depth = depth,
                    Teacher = teacher,
                    Loss = new Kd().TeacherOnly(),
                    FromUnlabelled = true,
                    WithLabels = false,
                });

        static NetworkSource Net(string name) => new CatalogueNetwork(name) { Normalization = Normalization.Cifar100 };
    }

    private static IEnumerable<(string, Experiment)> FewShot()
    {
        var study = FewShotStudy.Quick
            with
        {
            TeacherEpochs = 2,
            Epochs = 2,
            MetaUpdates = 2,
            MetaEpisodes = 1,
            Episodes = 30,
            ValidationEpisodes = 20,
            JudgeEvery = 1
        };
        yield return ("few-shot", study.Metas(0)[^1]);
    }

    private static IEnumerable<(string, Experiment)> NoisyNetworks()
    {
        var plan = new NoisyPlan
        {
            Data = new DataPlan
            {
                Pool = Pictures,
                Labelled = 96,
                Test = 32,
                Noise = new(NoiseKind.Symmetric, 0.2),
            },
            Weak = new CatalogueNetwork("resnet8"),
            Strong = new CatalogueNetwork("resnet8"),
            // At the largest quantile some labels are confirmed on every kind of machine.
            Selection = new NeighbourSelection { Neighbours = 10, Quantile = 1 },
            First = Training,
            Second = Training,
            BatchSize = 32,
        };
        yield return ("noisy network", plan.Runs(0)[3]);
    }

    private static IEnumerable<(string, Experiment)> OnFeatures()
    {
        var probe = new LinearProbeOptions { Steps = 20, BatchSize = 32 };
        var noisy = new TrainProbe
        {
            Data = new DataPlan
            {
                Pool = Pictures,
                Labelled = 300,
                Test = 100,
                Noise = new(NoiseKind.Asymmetric, 0.4),
            },
            Weak = ShapesPretraining.Weak,
            Strong = ShapesPretraining.Strong,
            Method = ProbeMethod.StrongAlone,
            Probe = probe,
        };
        foreach (var method in NoisyMethods())
            yield return ($"noisy probe, {(noisy with { Method = method }).Name}", noisy with { Method = method });
        yield return ("quantile choice", new QuantileChoice { Study = noisy with { Method = Second } });
        var task = ChoiceTask.Shapes.Small with { Probe = probe };
        foreach (var rule in LabelRule.Picks.Take(3).Append(LabelRule.Picks[^1])
            .Concat(LabelRule.Selections(0.5)).Concat(LabelRule.Ends))
            yield return ($"label choice, {rule.Title}", new ChoiceRun { Task = task, Rule = rule });
        yield return ("given labels", new GivenLabels
        {
            Data = noisy.Data,
            Checked = 60,
            Weak = noisy.Weak,
            Strong = noisy.Strong,
            Probe = probe,
            Neighbours = 10,
        });
        yield return ("pair study", new PairStudy
        {
            Images = Pictures,
            Weak = noisy.Weak,
            Strong = noisy.Strong,
            TrueLabels = [30, 60],
            Third = 100,
            Probe = probe,
        });
        yield return ("shift study", new ShiftStudy
        {
            Data = new DataPlan
            {
                Pool = new ShapesSource(new ShapesOptions { Count = 300, Difficulty = 0.6 }, 4),
                Labelled = 100,
                Unlabelled = 100,
                Test = 100,
            },
            Corruption = CorruptionKind.GaussianNoise,
            Severities = [0, 3],
            Teachers = [noisy.Weak, ShapesPretraining.Colours],
            Between = ShapesPretraining.Forms,
            Strong = noisy.Strong,
            Probe = probe,
        });
        var student = noisy with
        {
            Data = new DataPlan { Pool = Pictures, Labelled = 60, Unused = 40, Unlabelled = 100, Test = 50 },
            Method = ProbeMethod.SoftLabels,
        };
        foreach (var method in ProbeMethod.Ends.Append(student.Method))
            yield return ($"probe, {(student with { Method = method }).Name}", student with { Method = method });
    }

    private static DataSource Pictures { get; } =
        new ShapesSource(new ShapesOptions { Count = 10_000, Difficulty = 0.6 }, 4);

    private static ProbeMethod Second { get; } =
        ProbeMethod.SecondStage(new NeighbourSelection { Neighbours = 10 });

    private static ProbeMethod[] NoisyMethods() => [ProbeMethod.StrongAlone, ProbeMethod.WeakTeacher, Second];

    private static IEnumerable<FrozenFeatures> Features(Experiment experiment) =>
        experiment.Needs.SelectMany(need => need is FrozenFeatures own ? [own] : Features(need))
            .DistinctBy(features => features.Hash);

    // A point for each class and a little spread, as a network's features would be.
    private static void Plant(RunStore store, FrozenFeatures run)
    {
        using var scope = NewDisposeScope();
        var place = Path.Combine(store.Folder, run.Kind, run.Hash);
        var kept = Directory.CreateDirectory(Path.Combine(place, "kept")).FullName;
        using var images = run.Images.Read();
        using var generator = new Generator(7);
        var centres = randn(images.Classes, 24, generator: generator);
        var features = centres[tensor(images.Labels.ToArray())] + 1.5f * randn(images.Count, 24, generator: generator);
        var tensors = new Dictionary<string, Tensor> { ["features"] = features };
        if (run.WithViews)
            tensors["views"] =
                stack([.. Enumerable.Range(0, FrozenFeatures.Views).Select(view => features + 0.1f * view)]);
        SafeTensorsFile.Write(Path.Combine(kept, "features.safetensors"), tensors);
        RunFile.Write(Path.Combine(place, "result.json"), [new RunResult
        {
            Record = run.Record, Hash = run.Hash, Kind = run.Kind, Facets = run.Facets, TestPerTrain = 0, Seed = 0,
            Seconds = 0, Versions = "planted", Ended = DateTime.UnixEpoch, Files = KeptFiles.SumsOf(kept),
            Outcome = new RunOutcome { Values = new Dictionary<string, double> { ["images"] = images.Count } },
        }]);
    }
}
