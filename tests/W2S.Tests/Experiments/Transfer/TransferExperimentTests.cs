using W2S.Data;
using W2S.Data.Sources;
using W2S.Experiments;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Models;
using W2S.Runs;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Tests.Experiments.Transfer;

/// <summary>Transfer with weights made on the spot: what is trained, what is kept, who learns from what.</summary>
[Collection(W2S.Tests.ProcessWide.Name)]
public sealed class TransferExperimentTests : IDisposable
{
    private static readonly DataPlan Tiny = new()
    {
        Pool = TransferPlan.Shapes(12),
        Labelled = 30,
        Validation = 20,
        Unlabelled = 40,
        Test = 30,
    };

    private static readonly TrainNetwork Teacher = new()
    {
        Role = Role.WeakTeacher,
        Data = Tiny,
        Network = new CatalogueNetwork("resnet8"),
        BatchSize = 10,
        Training = new TrainerOptions { Epochs = 1, Optimizer = new Sgd(0.02) },
    };
    private static readonly TrainNetwork Source = Teacher
        with
    { Role = null, Data = Tiny with { Pool = TransferPlan.Shapes(13) }, Network = new CatalogueNetwork("resnet14") };

    private readonly string folder = Directory.CreateTempSubdirectory("w2s-transfer-").FullName;
    private readonly RunStore store;

    public TransferExperimentTests() => store = new RunStore(folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static TrainNetwork Student(TrainedDepth depth) => Teacher with
    {
        Role = null,
        Network = new CatalogueNetwork("resnet14"),
        Start = Source,
        Depth = depth,
        Teacher = Teacher,
        Loss = new Kd().TeacherOnly(),
        FromUnlabelled = true,
        WithLabels = false,
    };

    [Fact]
    public void PartsHaveTheirSizesAndShareNoImage()
    {
        var parts = Tiny.Draw(3);
        DataPart[] all = [parts.Labelled, parts.Validation, parts.Unlabelled, parts.Test];

        Assert.Equal([30, 20, 40, 30], all.Select(part => part.Count));
        Assert.Equal(120, all.SelectMany(part => part.Positions).Distinct().Count());
        Assert.Equal(parts.Test.Positions, Tiny.Draw(3).Test.Positions);
        Assert.NotEqual(parts.Test.Positions, Tiny.Draw(4).Test.Positions);
        Assert.Equal(30 / 90.0, Tiny.TestPerTrain);
        Assert.Throws<ArgumentException>(() => (Tiny with { Test = 1_000 }).Draw(0));
    }

    [Theory]
    [InlineData(TrainedDepth.Head)]
    [InlineData(TrainedDepth.LastStage)]
    [InlineData(TrainedDepth.Full)]
    public void OnlyWhatItsDepthSaysIsTrained(TrainedDepth depth)
    {
        var run = store.Get(Student(depth));
        using var scope = NewDisposeScope();
        var before = W2S.Models.Weights.SafeTensorsFile.Read(store.Get(Source).File("weights.safetensors"));
        var after = W2S.Models.Weights.SafeTensorsFile.Read(run.File("weights.safetensors"));

        bool Same(string prefix) =>
            before.Where(
                x => x.Key.StartsWith(prefix, StringComparison.Ordinal)
                    && x.Key.EndsWith("weight", StringComparison.Ordinal))
            .All(x => x.Value.equal(after[x.Key]).all().item<bool>());
        Assert.Equal(depth != TrainedDepth.Full, Same("conv1"));
        Assert.Equal(depth != TrainedDepth.Full, Same("layer2"));
        Assert.Equal(depth == TrainedDepth.Head, Same("layer3"));
        Assert.False(Same(after.Keys.Single(key => key is "fc.weight" or "linear.weight")));
    }

    [Fact]
    public void EveryNumberFollowsFromThePredictions()
    {
        var (run, teacher) = (store.Get(Student(TrainedDepth.LastStage)), store.Get(Teacher));
        var (said, taught) = (run.Predictions("test"), teacher.Predictions("test"));

        Assert.Equal(30, said.Count);
        Assert.Equal(said.Classes.Zip(said.Labels).Count(x => x.First == x.Second) / 30.0, run["test accuracy"], 1e-12);
        Assert.Equal(said.Classes.Zip(taught.Classes).Count(x => x.First == x.Second) / 30.0, run["test agreement"],
            1e-12);
        Assert.Equal(taught.MeanNll - said.MeanNll, run["NLL gain"], 2e-3);
        Assert.Contains("resnet8 → resnet14 of", run.Setting, StringComparison.Ordinal);
    }

    [Fact]
    public void WhoGoesOnOnTheSameImagesStaysInItsSetting()
    {
        var first = Student(TrainedDepth.Full);
        var second = first with { Start = first, FromUnlabelled = false, WithLabels = true, Loss = new Kd() };

        Assert.Equal(first.Setting, second.Setting);
        Assert.Equal("KD + labels", second.Name);
        Assert.NotEqual(first.Hash, second.Hash);
    }

    [Fact]
    public void TheLastStageOfATransformerIsItsLastBlock()
    {
        using var model = ModelCatalogue.Create("vit-tiny-32", 5);
        var blocks =
            model.named_parameters().Select(x => x.name).Where(x => x.StartsWith("blocks.", StringComparison.Ordinal))
                .Select(x => string.Join('.', x.Split('.')[..2])).Distinct().ToArray();
        var frozen = TrainNetwork.BeforeLastStage(model);

        Assert.True(blocks.Length > 1);
        Assert.Equal(blocks[..^1], frozen.Where(name => name.StartsWith("blocks.", StringComparison.Ordinal)));
        Assert.Contains(frozen, name => name.StartsWith("patch", StringComparison.Ordinal));
    }

    [Fact]
    public void ProbesAndTheirFeaturesAreMadeOnceAndKeptAndAreThoseOfTheProtocol()
    {
        var (images, network, options) =
            (TransferPlan.Shapes(13), ShapesPretraining.Weak, new LinearProbeOptions { Steps = 20 });
        var probe = new TrainProbe
        {
            Data = new DataPlan { Pool = images, Labelled = 30, Unused = 10, Unlabelled = 50, Test = 40 },
            Weak = network,
            Strong = network,
            Method = ProbeMethod.SoftLabels,
            Probe = options,
        };
        TrainProbe[] probes = [.. from split in new[] { 0L, 1 }
            from method in (ProbeMethod[])[.. ProbeMethod.Ends, ProbeMethod.HardLabels, ProbeMethod.SoftLabels]
            select probe with { Method = method, Seed = split }];

        var made = Grid.Run(probes, store, token: TestContext.Current.CancellationToken);
        var files =
            Directory.EnumerateFiles(folder, "result.json", SearchOption.AllDirectories)
                .ToDictionary(file => file, File.GetLastWriteTimeUtc);
        var again = Grid.Run(probes, store, token: TestContext.Current.CancellationToken);

        Assert.Equal(11, files.Count); // one network's features and five probes of two splits
        Assert.All(files, file => Assert.Equal(file.Value, File.GetLastWriteTimeUtc(file.Key)));
        using var scope = NewDisposeScope();
        using var set = images.Read();
        using var frozen = FrozenNetwork.Of(network);
        var protocol = new ProbeProtocol
        {
            TeacherImages = 40,
            StudentImages = 50,
            TestImages = 40,
            TrueLabels = 30,
            Probe = options,
        };
        var expected =
            protocol.Study(FrozenPair.Of(set, frozen, frozen), 2, token: TestContext.Current.CancellationToken);
        Assert.All(new[] { made, again }, kept =>
        {
            Assert.Equal((images.Title, 30), (kept.Facets.Data, kept.Facets.TrueLabels));
            Assert.Equal(expected.Select(one => (one.Name, one.Seed, one["test accuracy"])),
                kept.Select(one => (one.Name, one.Seed, one["test accuracy"])));
            Assert.Equal(expected.In(Role.Student).Select(one => one["test agreement"]),
                kept.In(Role.Student).Select(one => one["test agreement"]));
        });
        Assert.Equal($"{network.Title}, which has seen {network.Seen}", $"{frozen}");
    }

    [Fact]
    public void ANetworkOfOnesOwnIsARepresentationForProbes()
    {
        var own = new Pooled(5);
        var probe = new TrainProbe
        {
            Data = new DataPlan { Pool = TransferPlan.Shapes(13), Labelled = 40, Unlabelled = 50, Test = 40 },
            Weak = own,
            Strong = own with { Filters = 6 },
            Method = ProbeMethod.SoftLabels,
            Probe = new LinearProbeOptions { Steps = 5 },
        };

        var run = store.Get(probe, token: TestContext.Current.CancellationToken);

        Assert.Equal("shapes, 10 forms, 5 filters → 6 filters, 40 true labels", run.Setting);
        Assert.Equal([5L, 6], store.All().Where(one => one.Kind == "features").Select(
            one => (long)one["features"]).Order());
        Assert.NotEqual(probe.Hash, (probe with { Weak = own with { Filters = 7 } }).Hash);
        using var frozen = FrozenNetwork.Of(own);
        Assert.Equal("5 filters, which has seen nothing", $"{frozen}");
        Assert.Contains("9 pixels has no features beside its logits",
            Assert.Throws<ArgumentException>(() => FrozenNetwork.Of(new Pixels(9))).Message);
    }

    private sealed record Pixels(int Side) : NetworkSource
    {
        public override string Title => $"{Side} pixels";

        protected override ImageModel Make(int classes) => ImageModel.From(
            nn.Sequential(nn.AdaptiveAvgPool2d(Side), nn.Flatten(), nn.Linear(3 * Side * Side, classes)), classes);
    }

    private sealed record Pooled(int Filters) : NetworkSource
    {
        public override string Title => $"{Filters} filters";

        protected override ImageModel Make(int classes) => ImageModel.From(
            nn.Sequential(nn.Conv2d(3, Filters, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
            nn.Linear(Filters, classes));
    }

    [Fact]
    public void ANetworkWithoutStagesIsNamed()
    {
        using var model = ModelCatalogue.Create("vgg8", 5);

        Assert.Contains("no stages",
            Assert.Throws<ArgumentException>(() => TrainNetwork.BeforeLastStage(model)).Message,
            StringComparison.Ordinal);
    }
}
