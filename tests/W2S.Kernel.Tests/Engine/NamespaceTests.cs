namespace W2S.Kernel.Tests.Engine;

/// <summary>What a C# script has not, and cells have: namespaces and classes of extension methods.</summary>
public sealed class NamespaceTests
{
    [Fact]
    public async Task TypesInANamespaceAreTheSessionsOwn()
    {
        using var session = new Session();
        await session.RunAsync("""
            namespace Shapes.Flat
            {
                using System.Globalization;
                public record Square(double Side) { public double Area => Side * Side; }
                internal static class Texts
                {
                    private const int Two = 2;
                    public static Square Doubled(this Square square) => new(square.Side * Two);
                    public static string Text(this Square it) => it.Area.ToString(CultureInfo.InvariantCulture);
                }
            }
            """);
        Assert.Equal("16", (await session.RunAsync("using Shapes.Flat;\nnew Square(2).Doubled().Text()")).Plain);
        Assert.Equal("9", (await session.RunAsync("new Shapes.Flat.Square(3).Text()")).Plain);
        await session.RunAsync("namespace Shapes.Flat;\npublic record Square(int Side);"); // run again, changed
        Assert.Equal("Square { Side = 1 }", (await session.RunAsync("new Square(1).ToString()")).Plain);
    }

    [Fact]
    public async Task AClassOfExtensionMethodsSeesEarlierCells()
    {
        using var session = new Session();
        await session.RunAsync("class Plain { public int Value = 4; }");
        await session.RunAsync("""
            public static class PlainExtensions
            {
                public static int Times(this Plain plain, int factor) => plain.Value * factor;
            }
            """);
        Assert.Equal("12", (await session.RunAsync("new Plain().Times(3)")).Plain);
    }

    [Fact]
    public async Task ErrorsInsideStandWhereTheyAre()
    {
        using var session = new Session();
        var error = await session.FailAsync("namespace Broken\n{\n    class A { int X => \"text\"; }\n}");
        Assert.Equal((3, 24, "    class A { int X => \"text\"; }"), (error.Line, error.Column, error.SourceLine));
    }
}
