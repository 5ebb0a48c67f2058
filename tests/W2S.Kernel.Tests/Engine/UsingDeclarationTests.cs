namespace W2S.Kernel.Tests.Engine;

/// <summary>What <c>using var</c> declares at the top of a cell is disposed when the cell ends.</summary>
public sealed class UsingDeclarationTests
{
    private const string Types = """
        sealed class Thing(string name) : IDisposable, IAsyncDisposable
        {
            bool gone;
            public void Dispose() { gone = true; foreach (var part in new[] { "-", name, " " }) Console.Write(part); }
            public async ValueTask DisposeAsync() { await Task.Yield(); Dispose(); }
            public override string ToString() => gone ? $"{name}, disposed" : name;
        }
        sealed class Faulty : IDisposable { public void Dispose() => throw new InvalidOperationException("stuck"); }

        """;

    private static readonly int Offset = Types.Count(c => c == '\n');

    [Fact]
    public async Task TheLastIsDisposedFirstWhenTheCellEnds()
    {
        using var session = new Session();
        var host = await session.RunAsync(Types + """
            using var one = new Thing("one");
            using Thing two = new("two"), three = new("three");
            await using var four = new Thing("four");
            Console.Write("body ");
            """);
        Assert.Equal("body -four -three -two -one ", host.Out);
    }

    [Fact]
    public async Task TheCellsValueIsShownBefore()
    {
        using var session = new Session();
        var host = await session.RunAsync(Types + "using var thing = new Thing(\"kept\");\nthing.ToString()");
        Assert.Equal("kept", host.Plain);
        Assert.Equal(["result", "text"], host.Events.Select(item => item.Kind));
        Assert.Equal("kept, disposed", (await session.RunAsync("thing.ToString()")).Plain);
    }

    [Fact]
    public async Task UnnamedOnesCanStandAnyNumberOfTimesAndLeaveDiscardsAlone()
    {
        using var session = new Session();
        var host = await session.RunAsync(Types + """
            using var _ = new Thing("a"); using IDisposable _ = new Thing("b");
            _ = 5; _ = "text"; int.TryParse("1", out _);
            """);
        Assert.Equal("-b -a ", host.Out);
        await session.RunAsync("using var _ = new System.IO.MemoryStream();");
        await session.RunAsync("using var _ = new System.IO.StringReader(\"\"); _ = 7;");
        var listed = (await session.RunAsync("#!who")).Displays.Single().Bundle!["text/plain"].GetValue<string>();
        Assert.DoesNotContain("using", listed);
    }

    [Fact]
    public async Task ANameCanBeDeclaredAgainInALaterCell()
    {
        using var session = new Session();
        await session.RunAsync("using var stream = new System.IO.MemoryStream();");
        var host = await session.RunAsync("using var stream = new System.IO.StringReader(\"x\"); stream.ReadLine()");
        Assert.Equal("x", host.Plain);
        Assert.Equal("3", (await session.RunAsync("var stream = 3; stream")).Plain);
    }

    [Fact]
    public async Task AnExceptionComesThroughAfterDisposing()
    {
        using var session = new Session();
        var host = new RecordingHost();
        const string Code = "using var one = new Thing(\"one\");\nthrow new FormatException(\"odd\");";
        var error = await session.FailAsync(Types + Code, host: host);
        Assert.Equal(("FormatException", "odd", Offset + 2), (error.Name, error.Message, error.Line));
        Assert.Equal("throw new FormatException(\"odd\");", error.SourceLine);
        Assert.Equal(1, error.Column);
        Assert.Equal("-one ", host.Out);
    }

    [Fact]
    public async Task WhatWasMadeBeforeAFailedDeclarationIsDisposed()
    {
        using var session = new Session();
        var host = new RecordingHost();
        const string Code = "Thing Fail() => throw new Exception();\nusing Thing one = new(\"one\"), two = Fail();";
        await session.FailAsync(Types + Code, host: host);
        Assert.Equal("-one ", host.Out);
    }

    [Fact]
    public async Task AFailingDisposeIsTheCellsErrorAndTheOthersAreStillDisposed()
    {
        using var session = new Session();
        var host = new RecordingHost();
        const string Code = "using var one = new Thing(\"one\");\nusing var bad = new Faulty();\n1";
        var error = await session.FailAsync(Types + Code, host: host);
        Assert.Equal(("InvalidOperationException", "stuck"), (error.Name, error.Message));
        Assert.Equal(("-one ", "1"), (host.Out, host.Plain));
    }

    [Fact]
    public async Task AFailingDisposeDoesNotHideTheCellsOwnError()
    {
        using var session = new Session();
        var host = new RecordingHost();
        const string Code = "using var bad = new Faulty();\nthrow new FormatException(\"odd\");";
        var error = await session.FailAsync(Types + Code, host: host);
        Assert.Equal("odd", error.Message);
        Assert.Contains("stuck", host.Error);
    }

    [Theory]
    [InlineData("while (true) { }", false)]
    [InlineData("await Task.Yield(); while (true) { }", false)]
    [InlineData("await Task.Delay(-1, Cell.Token);", false)]
    [InlineData("await Task.Delay(100_000);", true)]
    public async Task AStoppedCellDisposes(string code, bool leftBehind)
    {
        using var session = new Session();
        var started = new TaskCompletionSource();
        var host = new RecordingHost { OnWrite = () => started.TrySetResult() };
        using var stop = new CancellationTokenSource();
        var cell = $"{Types}using var one = new Thing(\"one\");\nConsole.WriteLine();\n{code}";
        var run = session.Cells.RunAsync(cell, host, interrupt: stop.Token);
        await Task.WhenAny(run, started.Task);
        await stop.CancelAsync();
        var error = (await run).Error!;
        Assert.True(error.Interrupted);
        Assert.Equal(leftBehind, error.Message.Contains("left behind", StringComparison.Ordinal));
        Assert.Equal("\n-one ", host.Out);
    }

    [Fact]
    public async Task WhatTheCellsThreadHoldsIsGivenBackThereAlsoAfterAnAwait()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            sealed class Switch : IDisposable
            {
                [ThreadStatic] public static int On;
                public Switch() => On++;
                public void Dispose() => On--;
            }
            using var _ = new Switch();
            await Task.Delay(20);
            """);
        Assert.Equal("0", (await session.RunAsync("Switch.On")).Plain);
    }

    [Fact]
    public async Task PartsAndLoadedFilesBelongToTheirCell()
    {
        using var session = new Session();
        session.File("setup.csx", Types + "using var loaded = new Thing(\"loaded\");");
        var host = await session.RunAsync("""
            #load "setup.csx"
            Console.Write("one ");
            #!markdown
            two
            #!csharp
            Console.Write(loaded + " ");
            """);
        Assert.Equal("one loaded -loaded ", host.Out);
    }

    [Fact]
    public async Task TheCellsOfAnImportedNotebookAreCellsOfTheirOwn()
    {
        using var session = new Session();
        session.File("other.ipynb", """
            {"cells": [
              {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [],
               "source": ["sealed class Loud : IDisposable { public void Dispose() => Console.Write(\"gone \"); }\n",
                          "using var _ = new Loud();"]},
              {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": null, "outputs": [],
               "source": "Console.Write(\"second \");"}],
             "metadata": {"kernelspec": {"display_name": ".NET (C#)", "language": "C#", "name": ".net-csharp"}},
             "nbformat": 4, "nbformat_minor": 5}
            """);
        Assert.Equal("gone second ", (await session.RunAsync("#!import \"other.ipynb\"")).Out);
    }

    [Theory]
    [InlineData("\n  using var x = 5;", "CS1674", 2, 3)]
    [InlineData("await using var x = new System.IO.StringReader(\"\");", "CS8417", 1, 1)]
    [InlineData("using var one = new System.IO.MemoryStream(), two = one; nothing", "CS0819", 1, 7)]
    [InlineData("using System.IO.Stream a = null, b = null; var x = missing;", "CS0103", 1, 52)]
    [InlineData("using var x = new System.IO.MemoryStream(", "CS1026", 1, 42)]
    public async Task WhatTheCompilerFindsWrongStandsWhereItWasWritten(string code, string id, int line, int column)
    {
        using var session = new Session();
        var error = await session.FailAsync(code);
        Assert.StartsWith($"error {id}:", error.Message);
        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.DoesNotContain("AtEnd", string.Join('\n', error.Traceback));
    }

    [Fact]
    public async Task UsingDirectivesAliasesAndStatementsStayWhatTheyAre()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            using System.IO;
            using static System.Math;
            using Text = System.String;
            using var late = new StringReader("late");
            using (var early = new StringReader("early")) { Console.Write(early.ReadLine()); }
            void Inner() { using var inner = new StringReader("inner"); Console.Write(inner.ReadLine()); }
            Inner();
            Text word = $"{Max(1, 2)} using var x = 1;";
            word + late.ReadLine()
            """);
        Assert.Equal(("earlyinner", "2 using var x = 1;late"), (host.Out, host.Plain));
    }

    [Fact]
    public async Task EditorsKnowWhatIsDeclared()
    {
        using var session = new Session();
        var stop = TestContext.Current.CancellationToken;
        const string Code = "using var reader = new System.IO.StringReader(\"x\"); reader.ReadL";
        Assert.Equal("ReadLine", (await session.Cells.CompleteAsync(Code, Code.Length, stop)).Entries[0].Text);
        var inspected = await session.Cells.InspectAsync(Code, 12, stop);
        Assert.Contains("StringReader", inspected!["text/plain"].GetValue<string>());
        await session.RunAsync("using var reader = new System.IO.StringReader(\"x\");");
        Assert.Equal("ReadLine", (await session.Cells.CompleteAsync("reader.ReadL", 12, stop)).Entries[0].Text);
    }

    [Theory]
    [InlineData("using var x = F();\nx", "Complete")]
    [InlineData("await using T x = F(), y = F();", "Complete")]
    [InlineData("using var x = F(", "Incomplete")]
    public void CompletenessIsThatOfPlainDeclarations(string code, string status)
    {
        using var session = new Session();
        Assert.Equal(status, session.Cells.CheckComplete(code).Status.ToString());
    }

    [Fact]
    public async Task ReleasedTorchStateDoesNotOutliveItsCell()
    {
        using var session = new Session();
        await session.RunAsync($"#r \"{LibraryFolder.Dll("TorchSharp")}\"\nusing TorchSharp;");
        await session.RunAsync("var w = torch.ones(2, requires_grad: true);");
        Assert.Equal("False", (await session.RunAsync("using var _ = torch.no_grad();\n(w * 2).requires_grad")).Plain);
        await session.RunAsync("using var _ = torch.no_grad(); await Task.Delay(5);");
        Assert.Equal("True", (await session.RunAsync("(w * 2).requires_grad")).Plain);
        var host = await session.RunAsync("using var scope = torch.NewDisposeScope();\ntorch.ones(2)");
        Assert.Contains("[2], type = Float32", host.Plain);
    }
}
