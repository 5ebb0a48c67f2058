namespace W2S.Kernel.Tests.Engine;

/// <summary>A cell that returns ends there, and what it returns is its value.</summary>
public sealed class ReturnTests
{
    [Theory]
    [InlineData("return 7;", "7")]
    [InlineData("if (true) { return \"early\"; }\nConsole.Write(\"not run\");", "early")]
    [InlineData("try { return 1; } finally { Console.Write(\"\"); }", "1")]
    [InlineData("foreach (var i in new[] { 1, 2 }) if (i == 2) return i;\n\"never\"", "2")]
    [InlineData("await Task.Yield();\nreturn 3; // at the end", "3")]
    [InlineData("return null;", "<null>")]
    [InlineData("if (false) return 1;\n5", "5")]
    [InlineData("int Twice(int x) { return 2 * x; }\nTwice(2)", "4")]
    public async Task WhatIsReturnedIsShown(string code, string shown)
    {
        using var session = new Session();
        var host = await session.RunAsync(code);
        Assert.Equal((shown, ""), (host.Plain, host.Out));
    }

    [Theory]
    [InlineData("if (true) return;\n5")]
    [InlineData("if (false) return 1;")]
    [InlineData("if (false) return 1;\nint Twice(int x) { return 2 * x; } // the end")]
    [InlineData("Func<int> f = () => { return 1; };\nint G() { return 1; }\nclass C { int M() { return 1; } }")]
    public async Task WhatReturnsNothingShowsNothing(string code)
    {
        using var session = new Session();
        Assert.Empty((await session.RunAsync(code)).Events);
    }

    [Fact]
    public async Task ItsVariablesStayAndItsUsingDeclarationsAreDisposed()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            sealed class Loud : IDisposable { public void Dispose() => Console.Write("gone"); }
            var kept = 2;
            using var _ = new Loud();
            if (kept > 1) return kept;
            kept = 3;
            """);
        Assert.Equal(("2", "gone"), (host.Plain, host.Out));
        Assert.Equal("2", (await session.RunAsync("kept")).Plain);
    }
}
