using W2S.Data;
using W2S.Data.Noise;
using W2S.Data.Shapes;
using W2S.Data.Sources;

namespace W2S.Tests.Data.Sources;

/// <summary>How a plan deals a set of twelve images of two classes.</summary>
public sealed class DataPlanTests
{
    // Image i is of class i mod 2; the file's own record, as a reader writes one.
    private sealed record Striped(int Count) : DataSource
    {
        public override string Title => "striped";

        public override ImageSet Read() => new(Title,
            TorchSharp.torch.arange(Count, TorchSharp.torch.ScalarType.Byte).reshape(Count, 1, 1, 1)
                .repeat(1, 3, 4, 4), [.. Enumerable.Range(0, Count).Select(i => (long)(i % 2))], ["even", "odd"]);
    }

    private static DataPlan Plan { get; } =
        new() { Pool = new Striped(12), Labelled = 3, Unused = 2, Validation = 1, Unlabelled = 4, Test = 2 };

    private static int[] All(DataParts parts) =>
        [.. new[] { parts.Labelled, parts.Validation, parts.Unlabelled, parts.Test }.SelectMany(
            part => part.Positions)];

    [Fact]
    public void PartsShareNoImageAndEachSeedDealsAnew()
    {
        var parts = Plan.Draw(1);

        Assert.Equal((3, 1, 4, 2),
            (parts.Labelled.Count, parts.Validation.Count, parts.Unlabelled.Count, parts.Test.Count));
        Assert.Equal(10, All(parts).Distinct().Count());
        Assert.Equal(All(parts), All(Plan.Draw(1)));
        Assert.NotEqual(All(parts), All(Plan.Draw(2)));
        Assert.Equal(parts.Test.Positions.Select(at => (long)(at % 2)), parts.Test.Truth);
        Assert.Equal(2 / 10.0, Plan.TestPerTrain);
    }

    [Fact]
    public void FewerLabelsLeaveTheOtherPartsAsTheyAre()
    {
        var (more, fewer) = (Plan.Draw(1), (Plan with { Labelled = 1, Unused = 4 }).Draw(1));

        Assert.Equal(more.Labelled.Positions.Take(1), fewer.Labelled.Positions);
        Assert.Equal(more.Unlabelled.Positions, fewer.Unlabelled.Positions);
        Assert.Equal(more.Test.Positions, fewer.Test.Positions);
    }

    [Fact]
    public void SizesOfEachClassAndPartsForAllSeeds()
    {
        var plan = new DataPlan
        {
            Pool = new Striped(12),
            TestPool = new Striped(5),
            Labelled = 2,
            Validation = 1,
            PerClass = true,
            Fixed = true,
        };
        var parts = plan.Draw(7);

        Assert.Equal((4, 2, 5), (parts.Labelled.Count, parts.Validation.Count, parts.Test.Count));
        Assert.Equal(2, parts.Labelled.Truth.Count(label => label == 0));
        Assert.Equal(All(parts), All(plan.Draw(8)));
        Assert.Equal(0, plan.TestPerTrain); // no seed draws other images
        Assert.Contains("6 images where 7 of each class", Assert.Throws<ArgumentException>(
            () => (plan with { Labelled = 6 }).Draw(0)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 9, "12 images, and 8 labelled, 2 unused, 1 validation, 9 unlabelled and 2 test images are asked")]
    [InlineData(12, -5, "12 labelled, 2 unused, 1 validation, -5 unlabelled")]
    public void PartsThatDoNotFitAreNamedWithTheirSizes(int labelled, int unlabelled, string said) =>
        Assert.Contains(said, Assert.Throws<ArgumentException>(
            () => (Plan with { Labelled = labelled, Unlabelled = unlabelled }).Draw(0)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void NoiseIsOnTheLabelledPartAlone()
    {
        var plan = Plan with { Noise = new(NoiseKind.Asymmetric, 1) };
        using var parts = plan.Open(1);

        Assert.Equal(parts.Labelled.Truth.Select(label => 1 - label), parts.Labelled.Given);
        Assert.Equal(parts.Labelled.Given, parts.Labelled.Images.Labels);
        Assert.DoesNotContain(true, parts.Labelled.Right);
        Assert.Equal(parts.Unlabelled.Truth, parts.Unlabelled.Given);
        Assert.Equal(parts.Unlabelled.Positions.Select(at => (byte)at),
            parts.Unlabelled.Images.Images.select(3, 0).select(2, 0).select(1, 0).data<byte>().ToArray());
        Assert.Contains("nobody labelled striped", Assert.Throws<ArgumentException>(
            () => (plan with { Noise = NoiseSetting.Human }).Draw(1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void APartWithoutImagesSaysWhy()
    {
        Assert.Contains("open the plan",
            Assert.Throws<InvalidOperationException>(() => Plan.Draw(0).Test.Images).Message, StringComparison.Ordinal);
        using var parts = (Plan with { Validation = 0 }).Open(0);
        Assert.Contains("empty", Assert.Throws<InvalidOperationException>(() => parts.Validation.Images).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void NarrowedSetsAreDescriptionsThatAddUp()
    {
        var source = new Striped(12).OfClasses(1).FirstOfEachClass(3).Resized(2);
        using var set = source.Read();

        Assert.Equal("striped, 1 classes with 1, 2×2", source.Title);
        Assert.Equal((3, 2, 1), (set.Count, set.Height, set.Classes));
        Assert.Equal([1, 3, 5], set.Images.select(3, 0).select(2, 0).select(1, 0).data<byte>().ToArray());
        Assert.Equal(source, new Striped(12).OfClasses(1).FirstOfEachClass(3).Resized(2));
        Assert.NotEqual(source, new Striped(12).OfClasses(0).FirstOfEachClass(3).Resized(2));
        var shapes = new ShapesSource(new ShapesOptions(), 1);
        Assert.Equal([0, 1, 1], shapes.OfClasses(1, 5, 4).ClassGroups!);
        Assert.Equal("13 images of 12 in striped; give 1 to 12",
            Assert.Throws<ArgumentException>(() => new Striped(12).Sample(13).Read()).Message);
        Assert.Contains("size 5 of images of 4×4",
            Assert.Throws<ArgumentException>(() => new Striped(2).Resized(5).Read()).Message, StringComparison.Ordinal);
    }
}
