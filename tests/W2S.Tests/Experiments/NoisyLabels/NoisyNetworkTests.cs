using W2S.Data.Noise;
using W2S.Data.Sources;
using W2S.Experiments;
using W2S.Models;
using W2S.Runs;
using W2S.Selection;
using W2S.Tests.Data;
using W2S.Training;

namespace W2S.Tests.Experiments.NoisyLabels;

[Collection(W2S.Tests.ProcessWide.Name)]
public sealed class NoisyNetworkTests
{
    [Fact]
    public void BothStagesRunAndTheSecondLearnsWhatTheFirstConfirms()
    {
        using var folder = new TemporaryFolder();
        var options = new TrainerOptions { Epochs = 2, Optimizer = new Sgd(0.05) };
        var plan = new NoisyPlan
        {
            Weak = new CatalogueNetwork("resnet8"),
            Strong = new CatalogueNetwork("resnet14"),
            Data = new DataPlan
            {
                Pool = TrainProbeTests.Pictures,
                Labelled = 192,
                Test = 64,
                Noise = new(NoiseKind.Symmetric, 0.2),
            },
            First = options,
            Second = options with { Optimizer = new Sgd(1e-3) },
            Selection = new NeighbourSelection { Neighbours = 10 },
            BatchSize = 32,
        };
        var runs = Grid.Run([.. plan.Runs(0).Reverse()], new RunStore(folder.Path),
            token: TestContext.Current.CancellationToken);

        Assert.All(runs, run => Assert.Equal(run.Predictions("test").Accuracy, run["test accuracy"], 1e-6));
        Assert.All(runs.Take(2), run => Assert.InRange(run["selected"], 0.01, 0.99));
        var points = runs.Select(run => run.Outcome.History[^1].Values).ToArray();
        Assert.Equal(["loss labels", "loss own", "loss self", "loss teacher", "loss total"],
            points[0].Keys.Where(name => name.StartsWith("loss ", StringComparison.Ordinal)).Order());
        Assert.True(points[0]["loss own"] > 0); // corrected after 30/70 of two epochs
        Assert.Equal(["loss labels", "loss own", "loss total"],
            points[1].Keys.Where(name => name.StartsWith("loss ", StringComparison.Ordinal)).Order());
        Assert.All(runs, run => Assert.False(run.Outcome.Predictions.ContainsKey("validation"))); // the last weights
        Assert.Equal("shapes, resnet8 → resnet14, symmetric 20 %", runs[0].Setting);
        Assert.Equal(runs[0]["selected"], runs[1]["selected"]); // the same first stage
    }

    [Fact]
    public void ThePapersSettingIsTheDefault()
    {
        var plan = new NoisyPlan { Data = NoisyPlan.Cifar100(new(NoiseKind.Asymmetric, 0.4)) };
        var runs = plan.Runs(1);
        Assert.Equal((250, 50_000, 128), (runs[0].Training.Epochs, runs[0].Data.Labelled, runs[0].BatchSize));
        Assert.Equal((70, 1e-3), (runs[3].Training.Epochs, runs[3].Training.Optimizer.LearningRate));
        Assert.Equal(["Weak teacher", "Strong alone", "Confirmed labels", "AdaptConf + confirmed labels"],
            runs.Select(run => run.Name));
        Assert.Equal("CIFAR-100, preactresnet18 → preactresnet34, asymmetric 40 %", runs[3].Setting);
        Assert.Equal([runs[1], runs[0]], runs[3].Needs);
        Assert.Equal([.1, 1], new[] { runs[0].Training.Optimizer.LearningRate, runs[0].Mixing!.Mixup });
    }
}
