using W2S.Data.Corruptions;
using W2S.Data.Shapes;
using W2S.Data.Sources;
using W2S.Experiments;
using W2S.Models;
using W2S.Runs;
using W2S.Tests.Data;

namespace W2S.Tests.Experiments.Shift;

public sealed class ShiftStudyTests
{
    [Fact]
    public void HasEveryArmAtEverySeverityAndWeightsOnTheSimplex()
    {
        using var folder = new TemporaryFolder();
        NetworkSource small = new CatalogueNetwork("resnet8");
        ShiftStudy study = new()
        {
            Data = new DataPlan
            {
                Pool = new ShapesSource(new ShapesOptions { Count = 180, Colors = 2, Forms = 2, Difficulty = .3 }, 3),
                Labelled = 60,
                Unlabelled = 60,
                Test = 60,
            },
            Corruption = CorruptionKind.GaussianNoise,
            Severities = [0, 3],
            Teachers = [small, small.At(16)],
            Between = small,
            Strong = small.At(stage: 1),
            Probe = new() { Steps = 30, BatchSize = 32, ChooseL2 = [.01, .1] },
            WeightRate = .1,
        };
        var runs = Grid.Run([study], new RunStore(folder.Path));

        Assert.Equal(study.Arms, runs.Select(run => run.Facets));
        Assert.Equal(["shapes", "shapes, Gaussian noise 3"], runs.Select(run => run.Facets.Data).Distinct());
        var students = runs.In(Role.Student);
        Assert.Equal(2 * 9, students.Count);
        Assert.All(students, run => Assert.InRange(run["both right"], 0,
            Math.Min(run["test accuracy"], run["test agreement"])));
        double[] Weights(RunResult run) => [run["weight 1"], run["weight 2"]];
        var (learned, rest) = (students.Where(run => run.Facets is { Labels: "RAVEN", Variant: null }),
            students.Where(run => run.Facets is { Labels: "RAVEN", Variant: not null }));
        Assert.All(rest, run => Assert.Equal([.5, .5], Weights(run)));
        Assert.All(learned, run => Assert.Equal(1, Weights(run).Sum(), 1e-6));
        Assert.All(learned, run => Assert.NotEqual(.5, Weights(run)[0], 1e-5));
        Assert.Equal(["Ensemble", "RAVEN", "Soft labels, teacher only", "Weak teacher"],
            new RunStore(folder.Path).Find(study.Kind, study.Hash)!.Outcome.Predictions.Keys.Order());
        // What is clean is the same whatever is done to other images.
        RunSet other = Grid.Run([study with { Corruption = CorruptionKind.Contrast }], new RunStore(folder.Path));
        Assert.Equal(runs.Take(14).Select(run => run["test accuracy"]),
            other.Take(14).Select(run => run["test accuracy"]));
    }
}
