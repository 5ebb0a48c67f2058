using W2S.Data.Noise;
using W2S.Data.Sources;
using W2S.Experiments.NoisyLabels;
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
        var weak = new NoisyNetwork
        {
            Network = "resnet8",
            Data = new DataPlan
            {
                Pool = NoisyProbeTests.Pictures,
                Labelled = 192,
                Test = 64,
                Noise = new(NoiseKind.Symmetric, 0.2),
            },
            Options = options,
            BatchSize = 32,
        };
        var strong = weak with { Network = "resnet14" };
        var second = strong with
        {
            First = strong,
            Teacher = weak,
            Selection = new NeighbourSelection { Neighbours = 10 },
            Options = options with { Optimizer = new Sgd(1e-3) },
        };
        var runs = Grid.Run([second, second with { Teacher = null }, weak], new RunStore(folder.Path),
            token: TestContext.Current.CancellationToken);

        Assert.All(runs, run => Assert.Equal(run.Predictions("test").Accuracy, run["test accuracy"], 1e-6));
        Assert.All(runs.Take(2), run => Assert.InRange(run["selected"], 0.01, 0.99));
        Assert.Equal(["labels", "own", "self", "teacher", "test accuracy", "total"],
            runs[0].Outcome.History[^1].Values.Keys.Order());
        Assert.True(runs[0].Outcome.History[^1].Values["own"] > 0); // corrected after 30/70 of two epochs
        Assert.Equal(["labels", "own", "test accuracy", "total"], runs[1].Outcome.History[^1].Values.Keys.Order());
        Assert.Equal("shapes, resnet8 → resnet14, symmetric 20 %", runs[0].Setting);
        Assert.Equal(runs[0]["selected"], runs[1]["selected"]); // the same first stage
    }

    [Fact]
    public void ThePapersSettingIsTheDefault()
    {
        var first =
            new NoisyNetwork
            {
                Network = "preactresnet18",
                Data = NoisyNetwork.Cifar100(new(NoiseKind.Asymmetric, 0.4))
            };
        Assert.Equal((250, 50_000, 128), (first.Options.Epochs, first.Data.Labelled, first.BatchSize));
        Assert.Equal((70, 1e-3), (NoisyNetwork.SecondStage.Epochs, NoisyNetwork.SecondStage.Optimizer.LearningRate));
        Assert.Equal("CIFAR-100, preactresnet18, asymmetric 40 %", first.Setting);
        Assert.Equal([first], (first with { First = first }).Needs);
    }
}
