namespace W2S.Kernel.Tests.Engine;

public sealed class CSharpCellTests
{
    [Fact]
    public async Task LastExpressionIsShown()
    {
        using var session = new Session();
        Assert.Equal("6", (await session.RunAsync("1 + 2 + 3")).Plain);
        Assert.Equal(["text/plain"], (await session.RunAsync("1 + 2 + 3")).LastResult!.Keys);
        Assert.Empty((await session.RunAsync("var x = 5;")).Events);
        Assert.Empty((await session.RunAsync("1.ToString();")).Events);
        Assert.Equal("5", (await session.RunAsync("x")).Plain);
        Assert.Equal("<null>", (await session.RunAsync("(string)null")).Plain);
    }

    [Fact]
    public async Task VoidCallWithoutSemicolonShowsNothing()
    {
        using var session = new Session();
        var host = await session.RunAsync("Console.WriteLine(\"hi\")");
        Assert.Equal("hi\n", host.Out);
        Assert.Null(host.LastResult);
    }

    [Fact]
    public async Task DefaultUsingsAreThere()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            IEnumerable list = new ArrayList { 1 };
            var text = new StringBuilder("a");
            Task<int> task = Task.FromResult(new List<int> { 3, 4 }.Sum());
            await task
            """);
        Assert.Equal("7", host.Plain);
    }

    [Fact]
    public async Task VariablesTypesMethodsAndUsingsStay()
    {
        using var session = new Session();
        await session.RunAsync("using System.Globalization;");
        await session.RunAsync(
            "record Point(int X, int Y); int Twice(int x) => 2 * x; static string Show(this Point p) => "
            + "$\"{p.X}|{p.Y}\";");
        await session.RunAsync("// nothing but a comment");
        await session.RunAsync("var p = new Point(Twice(2), 1);");
        Assert.Equal("4|1", (await session.RunAsync("p.Show()")).Plain);
        Assert.Equal("0", (await session.RunAsync("CultureInfo.InvariantCulture.Name.Length")).Plain);
        await session.RunAsync("var p = \"redeclared\";");
        Assert.Equal("redeclared", (await session.RunAsync("p")).Plain);
    }

    [Fact]
    public async Task AwaitWorksAtTopLevelAndKeepsTheRest()
    {
        using var session = new Session();
        var host = await session.RunAsync(
            "await Task.Delay(20); var later = await Task.Run(() => 41); Console.Write(\"x\"); later + 1");
        Assert.Equal("42", host.Plain);
        Assert.Equal("x", host.Out);
        Assert.Equal("41", (await session.RunAsync("later")).Plain);
    }

    [Fact]
    public async Task VariablesOfAFailedCellStay()
    {
        using var session = new Session();
        await session.FailAsync("var before = 3; throw new Exception(\"stop\"); var after = 4;");
        Assert.Equal("3 0", (await session.RunAsync("$\"{before} {after}\"")).Plain);
    }

    [Fact]
    public async Task ManySmallCellsOutgrowTheFirstSlots()
    {
        using var session = new Session();
        await session.RunAsync("var n = 0;");
        for (var i = 0; i < 40; i++) await session.RunAsync(i % 3 == 0 ? "// empty" : "n++;");
        Assert.Equal("26", (await session.RunAsync("n")).Plain);
    }

    [Fact]
    public async Task UnsafeCodeSpansAndRecentSyntaxCompile()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            int[] numbers = [1, 2, 3];
            int Fill()
            {
                Span<int> span = stackalloc int[2];
                unsafe { int x = 5; int* p = &x; *p = 6; span[0] = x; }
                return span[0];
            }
            string Name(int? x) => x switch { > 2 => "big", null => "none", _ => "small" };
            $"{numbers is [.., 3]} {Name(3)} {Fill()}"
            """);
        Assert.Equal("True big 6", host.Plain);
    }

    [Fact]
    public async Task TwoSessionsShareNothing()
    {
        using var one = new Session();
        using var two = new Session();
        await one.RunAsync("var x = 1;");
        var error = await two.FailAsync("x");
        Assert.Equal("CompilationError", error.Name);
        Assert.Contains("CS0103", error.Message);
    }
}
