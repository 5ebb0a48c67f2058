using W2S.Data.Corruptions;
using W2S.Data.Sources;
using W2S.Experiments;
using W2S.Models;
using W2S.Runs;

namespace W2S.Tests.Experiments.Shift;

/// <summary>What the committed runs of page 09 say follows from the predictions committed with them, and they are runs
/// of its plan.</summary>
public sealed class CommittedShiftTests
{
    private static readonly RunResult[] Runs =
        [.. CommittedPredictions.In("09-shift").Where(run => run.Kind == "shift")];

    [Fact]
    public void AccuraciesAndCellsUnderTheClaimsFollowFromPredictions() => Assert.All(Runs, run =>
    {
        var arms = run.Outcome.Arms.Where(arm => arm.Facets.Data.EndsWith($" {ShiftStudy.Shown}", StringComparison.Ordinal))
            .ToArray();
        var teacher = run.Predictions("Weak teacher");
        foreach (var (method, said) in run.Outcome.Predictions)
        {
            var arm = arms.First(arm => arm.Facets.Method == method);
            Assert.Equal(1_000, said.Count);
            Assert.Equal(said.Accuracy, arm.Values["test accuracy"], 1e-6);
            if (method != "Soft labels, teacher only") continue;
            var same = said.Classes.Zip(teacher.Classes, (a, b) => a == b).ToArray();
            Assert.Equal(same.Count(agreed => agreed) / 1_000.0, arm.Values["test agreement"], 1e-6);
            Assert.Equal(same.Zip(said.Correct).Count(one => one.First && one.Second) / 1_000.0,
                arm.Values["both right"], 1e-6);
        }
    });

    [Fact]
    public void TheyAreTenSplitsOfEveryCorruptionOfThePlan()
    {
        NetworkSource Cifar(int classes, int depth) => new PublicNetwork($"cifar{classes}_resnet{depth}").At(32);
        foreach (var kind in Enum.GetValues<CorruptionKind>())
        {
            foreach (var split in Enumerable.Range(0, 10))
            {
                ShiftStudy study = new()
                {
                    Data = new()
                    {
                        Pool = FolderSource.EuroSat with { Size = 64 },
                        Labelled = 1_000,
                        Unlabelled = 1_000,
                        Test = 1_000,
                    },
                    Corruption = kind,
                    Severities = kind == CorruptionKind.GaussianNoise ? [0, 1, 3, 5] : [1, 3, 5],
                    Teachers = [Cifar(10, 20), Cifar(100, 20), Cifar(100, 32)],
                    Between = Cifar(100, 32),
                    Strong = new PublicNetwork("imagenet_resnet18").At(96),
                    Probe = new() { Steps = 300, BatchSize = 128, ChooseL2 = [1e-2, 1e-1, 1] },
                    Seed = split,
                };
                Assert.Contains(Runs, run => run.Hash == study.Hash);
            }
        }
        Assert.Equal(40, Runs.Length);
    }
}
