namespace W2S.Kernel.Tests.Engine;

public sealed class PolyglotTests
{
    [Fact]
    public async Task FSharpRunsAndSharesBothWays()
    {
        using var session = new Session();
        await session.RunAsync("var numbers = new List<int> { 1, 2, 3 }; var scale = 2.5;");
        var host = await session.RunAsync("""
            #!fsharp
            #!share --from csharp numbers
            #!share --from csharp scale --as factor
            let total = Seq.sum numbers
            let squares = [ for n in numbers -> n * n ]
            printfn "total %d" total
            display("shown") |> ignore
            float total * factor
            """);
        Assert.Equal("total 6\n", host.Out);
        Assert.Equal("shown", host.Displays.Single().Bundle!["text/plain"].GetValue<string>());
        Assert.Equal("15", host.Plain);
        host = await session.RunAsync("#!share --from fsharp squares\n#!csharp\n$\"{squares.Sum()} {squares.Length}\"");
        Assert.Equal("14 3", host.Plain);
        host = await session.RunAsync(
            "#!set --name t --value @fsharp:total\n#!set --name name --value \"Ada L\"\n#!csharp\n$\"{t + 1} {name}\"");
        Assert.Equal("7 Ada L", host.Plain);
        host = await session.RunAsync("#!whos");
        var listed = host.Displays.Single().Bundle!["text/plain"].GetValue<string>();
        Assert.Contains("numbers", listed);
        Assert.Contains("List<int>", listed);
        Assert.Contains("total", listed);
    }

    [Fact]
    public async Task FSharpErrorsPointAtTheLine()
    {
        using var session = new Session();
        var error = await session.FailAsync("let a = 1\nlet b : string = a", "fsharp");
        Assert.Equal(("CompilationError", 2, "let b : string = a"), (error.Name, error.Line, error.SourceLine));
        Assert.Equal(18, error.Column);
        error = await session.FailAsync("let f () : int = failwith \"no good\"\nf ()", "fsharp");
        Assert.Equal("no good", error.Message);
    }

    [Fact]
    public async Task SharingWhatIsNotThereIsSaid()
    {
        using var session = new Session();
        var error = await session.FailAsync("1\n#!set --name x --value @csharp:missing");
        Assert.Equal(("MagicError", 2), (error.Name, error.Line));
        Assert.Contains("'missing'", error.Message);
        Assert.Contains("--value", (await session.FailAsync("#!set x")).Message);
        Assert.Contains("python", (await session.FailAsync("#!share --from python x")).Message);
        await session.RunAsync("class Own { } var own = new Own();");
        error = await session.FailAsync("#!fsharp\n#!share --from csharp own\n1");
        Assert.Equal(("MagicError", 2), (error.Name, error.Line));
        Assert.StartsWith("F# cannot hold 'own' of type Own", error.Message);
    }

    [Fact]
    public async Task WhoListsVariablesOnce()
    {
        using var session = new Session();
        await session.RunAsync("var b = 1; string a = \"x\"; int Method() => 1;");
        await session.RunAsync("var b = 2.0; b = 3.5;");
        Assert.Equal("a\nb",
            (await session.RunAsync("#!who")).Displays.Single().Bundle!["text/plain"].GetValue<string>());
        Assert.Equal(
            "a  string  x\nb  double  3.5",
            (await session.RunAsync("#!whos")).Displays.Single().Bundle!["text/plain"].GetValue<string>());
    }

    [Fact]
    public async Task LsmagicListsEveryMagicThatRuns()
    {
        using var session = new Session();
        var text = (await session.RunAsync("#!lsmagic")).Displays.Single().Bundle!["text/plain"].GetValue<string>();
        foreach (var name in (string[])["csharp", "fsharp", "bash", "import", "share", "set", "who", "time"])
            Assert.Contains($"#!{name}", text);
    }

    [Fact]
    public async Task AboutSaysWhichKernelThisIs()
    {
        using var session = new Session();
        var text = (await session.RunAsync("#!about")).Displays.Single().Bundle!["text/plain"].GetValue<string>();
        Assert.Matches(
            @"^W2S\.Kernel \S+: C# 14 on \.NET 10\..*\nRoslyn 5.*\nMicrosoft\.DotNet\.Interactive 1\.0", text);
    }

    [Fact]
    public async Task BashStreamsAndItsFailureIsTheCells()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "there is no bash here");
        using var session = new Session();
        var host = await session.RunAsync("#!bash\necho one; echo two >&2; pwd");
        Assert.Equal($"one\n{session.Folder}\n", host.Out);
        Assert.Equal("two\n", host.Error);
        var error = await session.FailAsync("echo x\nexit 3", "bash");
        Assert.Equal("ShellError", error.Name);
        Assert.Contains("exit code 3", error.Message);
    }

    [Fact]
    public async Task BashCanBeStoppedWithItsChildren()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "there is no bash here");
        using var session = new Session();
        using var stop = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        var host = new RecordingHost { OnWrite = () => started.TrySetResult() };
        var run = session.Cells.RunAsync("echo $$; sleep 100 & sleep 100", host, "bash", stop.Token);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        var result = await run.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.True(result.Error!.Interrupted);
        Assert.False(Directory.Exists($"/proc/{host.Out.Trim()}"));
    }

    [Fact]
    public async Task AMissingShellIsSaid()
    {
        Assert.SkipWhen(
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
                .Any(folder => File.Exists(Path.Combine(folder, "pwsh"))), "pwsh is here");
        using var session = new Session();
        Assert.Contains("no pwsh", (await session.FailAsync("#!pwsh\nGet-Date")).Message);
    }
}
