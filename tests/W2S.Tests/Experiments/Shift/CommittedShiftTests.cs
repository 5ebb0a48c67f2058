using W2S.Data.Corruptions;
using W2S.Data.Sources;
using W2S.Experiments;
using W2S.Models;
using W2S.Runs;

namespace W2S.Tests.Experiments.Shift;

/// <summary>The committed runs of page 09 are those of its plan, and what they say follows from the predictions
/// committed with them.</summary>
public sealed class CommittedShiftTests
{
    private static readonly IReadOnlyList<RunResult> Runs = CommittedPredictions.In("09-shift");

    private static IEnumerable<ShiftStudy> Plan =>
        from kind in Enum.GetValues<CorruptionKind>()
        from split in Enumerable.Range(0, 10)
        from severities in new int[][] { kind == CorruptionKind.GaussianNoise ? [0, 1, 3, 5] : [1, 3, 5], [2, 4] }
        select new ShiftStudy
        {
            Data = new()
            {
                Pool = FolderSource.EuroSat with { Size = 64 },
                Labelled = 1_000,
                Unlabelled = 1_000,
                Test = 1_000,
            },
            Corruption = kind,
            Severities = severities,
            Teachers = [Cifar(10, 20), Cifar(100, 20), Cifar(100, 32)],
            Between = Cifar(100, 32),
            Strong = new PublicNetwork("imagenet_resnet18").At(96),
            Probe = new() { Steps = 300, BatchSize = 128, ChooseL2 = [1e-2, 1e-1, 1] },
            Seed = split,
        };

    [Fact]
    public void AccuraciesAndCellsUnderTheClaimsFollowFromPredictionsOfTenSplits()
    {
        Assert.All(Plan, study =>
        {
            var run = Runs.Single(run => run.Hash == study.Hash);
            if (!study.Severities.Contains(ShiftStudy.Shown)) return;
            var spoilt = study.Data.Pool.Corrupted(new(study.Corruption, ShiftStudy.Shown)).Title;
            var arms = run.Outcome.Arms.Where(arm => arm.Facets.Data == spoilt).ToArray();
            Assert.Equal(4, run.Outcome.Predictions.Count);
            foreach (var (method, said) in run.Outcome.Predictions)
            {
                Assert.Equal(1_000, said.Count);
                Assert.Equal(said.Accuracy, arms.First(arm => arm.Facets.Method == method).Values["test accuracy"],
                    1e-6);
            }
            var (teacher, student) = (run.Predictions("Weak teacher"), run.Predictions("Soft labels, teacher only"));
            var same = student.Classes.Zip(teacher.Classes, (a, b) => a == b).ToArray();
            var cells = arms.Single(arm => arm.Facets.Method == "Soft labels, teacher only").Values;
            Assert.Equal(same.Count(agreed => agreed) / 1_000.0, cells["test agreement"], 1e-6);
            Assert.Equal(same.Zip(student.Correct).Count(one => one.First && one.Second) / 1_000.0,
                cells["both right"], 1e-6);
        });
        Assert.Equal(Plan.Count(), Runs.Count(run => run.Kind == "shift"));
    }

    private static NetworkSource Cifar(int classes, int depth) =>
        new PublicNetwork($"cifar{classes}_resnet{depth}").At(32);
}
