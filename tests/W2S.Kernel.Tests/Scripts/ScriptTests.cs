using W2S.Kernel.Tests.Notebooks;
using W2S.Kernel.Tests.Notebooks.Running;

namespace W2S.Kernel.Tests.Scripts;

public sealed class ScriptTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task FilesRunInOneSessionSeeTheirArgumentsAndSetTheExitCode()
    {
        Write("first.csx", "var said = Environment.GetCommandLineArgs().SkipWhile(word => word != \"--\").Skip(1);");
        Write("second.csx",
            "Console.WriteLine(string.Join('|', said)); Console.Error.WriteLine(\"beside\"); "
                + "Environment.ExitCode = 7;");

        using var script = RunningNotebook.Script(folder.Path, "first.csx", "second.csx", "--", "a b", "--c", "--");

        Assert.Equal(7, await script.EndAsync());
        Assert.Equal("a b|--c|--\n", script.Output);
        Assert.Equal("beside\n", script.Errors);
    }

    [Fact]
    public async Task AFailureIsSaidWithItsFileAndLine()
    {
        Write("bad.csx", "var x = 1;\n\nthrow new InvalidOperationException(\"broken on purpose\");");

        using var script = RunningNotebook.Script(folder.Path, "bad.csx");

        Assert.Equal(1, await script.EndAsync());
        Assert.Contains("InvalidOperationException: broken on purpose", script.Errors);
        Assert.Contains("bad.csx, line 3", script.Errors);
    }

    [Theory]
    [InlineData("script needs a file")]
    [InlineData("there is no file", "none.csx")]
    public async Task BadInputIsOneLineAndExitCodeTwo(string message, params string[] files)
    {
        using var script = RunningNotebook.Script(folder.Path, files);

        Assert.Equal(2, await script.EndAsync());
        Assert.StartsWith($"w2s: {message}", script.Errors);
        Assert.Single(script.Errors.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task AStoppedScriptHasItsTimeToEndAndASecondTermIsTheSame()
    {
        using var script = await AskedAsync("TERM", """
            System.Threading.Thread.Sleep(2000);
            Console.WriteLine("ended");
            Environment.ExitCode = 3;
            """);
        script.Signal("TERM");

        Assert.Equal(3, await script.EndAsync());
        Assert.Equal("begun\nasked\nended\n", script.Output);
    }

    [Fact]
    public async Task ASecondCtrlCEndsIt()
    {
        using var script = await AskedAsync("INT", "System.Threading.Thread.Sleep(-1);");
        await Task.Delay(600, TestContext.Current.CancellationToken);
        script.Signal("INT");

        Assert.NotEqual(0, await script.EndAsync());
    }

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    public async Task AScriptThatIsStoppedBeforeItSaysHowItEndedDidNotEndWell(string signal, int code)
    {
        using var script = await AskedAsync(signal, "Cell.Token.ThrowIfCancellationRequested();");

        Assert.Equal(code, await script.EndAsync());
    }

    // A script that was asked to stop, and what it does then.
    private async Task<RunningNotebook> AskedAsync(string signal, string then)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent by kill");
        Write("slow.csx", $"""
            Console.WriteLine("begun");
            Cell.Token.WaitHandle.WaitOne();
            Console.WriteLine("asked");
            {then}
            """);
        var script = RunningNotebook.Script(folder.Path, "slow.csx");
        await script.SeenAsync("begun");
        script.Signal(signal);
        await script.SeenAsync("asked");
        return script;
    }

    private void Write(string name, string code) => File.WriteAllText(folder.File(name), code);
}
