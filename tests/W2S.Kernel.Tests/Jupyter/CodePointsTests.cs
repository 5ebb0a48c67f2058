using W2S.Kernel.Jupyter;

namespace W2S.Kernel.Tests.Jupyter;

public sealed class CodePointsTests
{
    [Theory]
    [InlineData("abc", 2, 2)]
    [InlineData("a😀b", 1, 1)]
    [InlineData("a😀b", 2, 3)]
    [InlineData("a😀b", 3, 4)]
    [InlineData("é😀😀.", 3, 5)]
    [InlineData("", 0, 0)]
    [InlineData("\ud83d!", 1, 1)] // half a pair counts as one
    public void BothWays(string text, int points, int units)
    {
        Assert.Equal(units, CodePoints.ToUtf16(text, points));
        Assert.Equal(points, CodePoints.FromUtf16(text, units));
    }

    [Theory]
    [InlineData(-5, 0)]
    [InlineData(99, 3)]
    public void OutsideMovesToTheNearerEnd(int points, int units) =>
        Assert.Equal(units, CodePoints.ToUtf16("a😀", points));
}
