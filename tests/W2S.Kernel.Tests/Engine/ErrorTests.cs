namespace W2S.Kernel.Tests.Engine;

public sealed class ErrorTests
{
    [Fact]
    public async Task CompileErrorNamesLineColumnAndShowsACaret()
    {
        using var session = new Session();
        var error = await session.FailAsync("var x = 1;\nwhile (x < 3) x++; nothing(x);");
        Assert.Equal(("CompilationError", 2, 20), (error.Name, error.Line, error.Column));
        Assert.Equal("while (x < 3) x++; nothing(x);", error.SourceLine);
        Assert.StartsWith("error CS0103", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Contains("    " + new string(' ', 19) + "^", error.Traceback);
    }

    [Fact]
    public async Task SyntaxErrorsInsideLoopsKeepTheirColumns()
    {
        using var session = new Session();
        const string Code = "for (var i = 0; i < 3; i++) { Console.Write(i) }";
        var error = await session.FailAsync(Code);
        Assert.Equal(1, error.Line);
        Assert.StartsWith("error CS1002", error.Message);
        Assert.Equal(Code.IndexOf(") }", StringComparison.Ordinal) + 3, error.Column);
    }

    [Fact]
    public async Task ACellThatDoesNotCompileChangesNothing()
    {
        using var session = new Session();
        await session.RunAsync("var x = 1;");
        await session.FailAsync("var x = \"s\"; oops");
        Assert.Equal("2", (await session.RunAsync("x + 1")).Plain);
    }

    [Fact]
    public async Task ExceptionPointsAtTheCellsLineAndHidesTheEngine()
    {
        using var session = new Session();
        await session.RunAsync(
            "int Half(int x)\n{\n    if (x % 2 == 1) throw new ArgumentException(\"odd\\nnumber\");\n    return x / "
            + "2;\n}");
        var error = await session.FailAsync("var a = Half(4);\nvar b = Half(a + 1);");
        Assert.Equal(("ArgumentException", "odd number", 2), (error.Name, error.Message, error.Line));
        Assert.Equal("var b = Half(a + 1);", error.SourceLine);
        var text = string.Join('\n', error.Traceback);
        Assert.Contains("Half(Int32), line 3", text);
        Assert.Contains("if (x % 2 == 1) throw", text);
        Assert.DoesNotContain("W2S.Kernel", text);
        Assert.DoesNotContain("Roslyn", text);
        Assert.DoesNotContain("MoveNext", text);
        Assert.DoesNotContain("Submission", text);
    }

    [Fact]
    public async Task AsyncLambdaAndInnerExceptionsAreReadable()
    {
        using var session = new Session();
        var error = await session.FailAsync("""
            async Task Fetch() { await Task.Yield(); throw Outer(); }
            await Task.WhenAll(new[] { 1 }.Select(async _ => await Fetch()));
            Exception Outer() => new InvalidOperationException("outer", new FormatException("inner"));
            """);
        Assert.Equal(("InvalidOperationException", "outer", 1), (error.Name, error.Message, error.Line));
        Assert.Contains(error.Traceback, line => line.Contains("FormatException: inner"));
        Assert.Contains(error.Traceback, line => line.Contains("Fetch()"));
    }

    [Fact]
    public async Task AnAggregateOfOneIsUnwrapped()
    {
        using var session = new Session();
        var error = await session.FailAsync("Task.Run(() => throw new TimeoutException(\"late\")).Wait();");
        Assert.Equal(("TimeoutException", "late"), (error.Name, error.Message));
    }

    [Fact]
    public async Task ErrorsInALaterPartNameTheirLineInTheWholeCell()
    {
        using var session = new Session();
        var error = await session.FailAsync("#!html\n<p/>\n#!csharp\n\nint.Parse(\"x\");");
        Assert.Equal((5, "int.Parse(\"x\");"), (error.Line, error.SourceLine));
    }

    [Fact]
    public async Task ManyCompileErrorsAreCutShort()
    {
        using var session = new Session();
        var error = await session.FailAsync(string.Join('\n', Enumerable.Range(0, 40).Select(i => $"missing{i}();")));
        Assert.Contains("and 30 more errors", error.Traceback);
    }
}
