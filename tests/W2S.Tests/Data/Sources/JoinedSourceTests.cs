using W2S.Data.Shapes;
using W2S.Data.Sources;

namespace W2S.Tests.Data.Sources;

public sealed class JoinedSourceTests
{
    private static readonly ShapesSource Shapes = new(new ShapesOptions { Count = 12, Forms = 2, Colors = 2 }, Seed: 1);

    [Fact]
    public void TheFirstStandsBeforeTheSecond()
    {
        var other = Shapes with { Seed = 2 };
        using var joined = new JoinedSource(Shapes, other).Read();
        using var first = Shapes.Read();
        using var second = other.Read();

        Assert.Equal(first.Labels.Concat(second.Labels), joined.Labels);
        Assert.Equal(first.Images.bytes.ToArray().Concat(second.Images.bytes.ToArray()), joined.Images.bytes.ToArray());
        Assert.Equal(Shapes.Title, new JoinedSource(Shapes, other).Title);
    }

    [Fact]
    public void OtherClassesOrSizesAreRefused()
    {
        Assert.Contains("of the same classes and size",
            Assert.Throws<ArgumentException>(() => new JoinedSource(Shapes, Shapes.Resized(16)).Read()).Message);
        Assert.Throws<ArgumentException>(() => new JoinedSource(Shapes, Shapes.OfClasses(0, 1)).Read());
    }
}
