using TorchSharp;
using W2S.Data.Sources;
using W2S.Experiments;
using W2S.Experiments.LabelChoice;
using static TorchSharp.torch;

namespace W2S.Tests.Experiments.LabelChoice;

public sealed class ChoiceTaskTests
{
    [Fact]
    public void PartsOfASplitShareNoImage()
    {
        var task = ChoiceTask.Shapes.Small;
        var split = task.Data.Draw(3);
        var all = All(split);
        Assert.Equal(task.Data.Pool.ReadLabels().Labels.Count, all.Length);
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.Equal(20, split.Classes);
        Assert.Equal(task.Data.Pool.ReadLabels().Labels[split.Test.Positions[1]], split.Test.Truth[1]);
        Assert.Equal(all, All(task.Data.Draw(3)));
        Assert.NotEqual(all, All(task.Data.Draw(4)));

        static int[] All(DataParts split) => [.. split.Labelled.Positions, .. split.Validation.Positions,
            .. split.Unlabelled.Positions, .. split.Test.Positions];
    }

    [Fact]
    public void RulesAreRunsOfTheirOwn()
    {
        ChoiceRun[] runs = [.. LabelRule.Picks.Concat(LabelRule.Selections(0.5)).Concat(LabelRule.Ends).Select(
            rule => new ChoiceRun { Task = ChoiceTask.Shapes, Rule = rule })];
        Assert.Equal(runs.Length, runs.Select(run => run.Hash).Distinct().Count());
        Assert.Equal(runs.Length, runs.Select(run => run.Name).Distinct().Count());
        Assert.Single(runs.Select(run => run.Cast.Hash).Distinct());
        Assert.NotEqual(runs[0].Hash, (runs[0] with { Seed = 1 }).Hash);
        Assert.Contains("coverage 0",
            Assert.Throws<ArgumentOutOfRangeException>(() => LabelRule.OneTeacher with { Coverage = 0 }).Message);
    }

    [Fact]
    public void ViewsAreMirroredAndMovedByTwoPixels()
    {
        using var scope = NewDisposeScope();
        var image = arange(1, 1 + 3 * 5 * 5, ScalarType.Byte).reshape(1, 3, 5, 5);
        Assert.Equal(image[0, 0, 0, 4].item<byte>(), FrozenFeatures.View(image, 0)[0, 0, 0, 0].item<byte>());
        // where the middle comes from, less the middle
        (int View, int Y, int X)[] moves = [(1, 2, 0), (2, -2, 0), (3, 0, 2), (4, 0, -2)];
        foreach (var (view, y, x) in moves)
        {
            var seen = FrozenFeatures.View(image, view);
            Assert.Equal(image[0, 1, 2 + y, 2 + x].item<byte>(), seen[0, 1, 2, 2].item<byte>());
            Assert.Equal(30, seen.eq(0).sum().item<long>()); // two black lines of five in each of three planes
        }
    }
}
