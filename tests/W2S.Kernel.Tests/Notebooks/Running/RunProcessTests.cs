using System.Diagnostics;
using System.Text.Json.Nodes;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Notebooks.Running;
using W2S.Kernel.Tests.Engine;

namespace W2S.Kernel.Tests.Notebooks.Running;

public sealed class RunProcessTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task ARunLeavesTheExecutedNotebookBesideAndTheNotebookAsItWas()
    {
        var path = Write("Console.WriteLine($\"quick={Environment.GetEnvironmentVariable(\"W2S_QUICK\")}\");", "6 * 7",
            "Environment.CurrentDirectory + AppDomain.CurrentDomain.GetAssemblies().Any(assembly => "
            + "assembly.GetName().Name == \"Microsoft.DotNet.Interactive\")");
        var before = File.ReadAllText(path);
        using var run = Run("n.ipynb", "--quick");
        Assert.Equal(0, await run.EndAsync());
        Assert.Contains("quick=1", run.Output);
        Assert.Contains("[2/3] 6 * 7", run.Output);
        Assert.Equal("", run.Errors);
        var executed = Executed();
        Assert.Equal("42", NotebookText.Join(executed.Cells[1].Outputs[0]!["data"]!["text/plain"]));
        // the library of kernels is loaded when a cell first needs it
        Assert.EndsWith(Path.GetFileName(folder.Path) + "False",
            NotebookText.Join(executed.Cells[2].Outputs[0]!["data"]!["text/plain"]));
        Assert.Equal(before, File.ReadAllText(path));
    }

    [Fact]
    public async Task AFailingCellIsSaidWithNumberLineAndCaretAndTheOutputsSoFarStay()
    {
        Write("Console.WriteLine(\"first\");",
            "var x = 1;\nthrow new InvalidOperationException(\"broken on purpose\");", "x");
        using var run = Run("n.ipynb");
        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("cell 2 of 3 failed", run.Errors);
        Assert.Contains("InvalidOperationException: broken on purpose", run.Errors);
        var lines = run.Errors.Split('\n');
        var source = Array.FindIndex(lines, line => line.Contains("throw new InvalidOperationException("));
        Assert.True(source >= 0, run.Errors);
        Assert.Equal("^", lines[source + 1].Trim());
        var executed = Executed();
        Assert.Equal("first\n", NotebookText.Join(executed.Cells[0].Outputs[0]!["text"]));
        Assert.Equal("broken on purpose", (string)executed.Cells[1].Outputs[0]!["evalue"]!);
        Assert.Null(executed.Cells[2].ExecutionCount);
    }

    [Fact]
    public async Task ACellThatDoesNotCompileIsSaidWithItsLine()
    {
        Write("1", "var good = 1;\nvar bad = missing + 2;");
        using var run = Run("n.ipynb");
        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("cell 2 of 2 failed", run.Errors);
        Assert.Contains("var bad = missing + 2;", run.Errors);
        Assert.Matches(@"\n *\^", run.Errors);
    }

    [Theory]
    [InlineData("INT", 130, "while (true) { }")]
    [InlineData("INT", 130, "await System.Threading.Tasks.Task.Delay(-1);")]
    [InlineData("TERM", 143, "System.Threading.Thread.Sleep(-1);")]
    public async Task AStoppedRunEndsWithinASecondAndKeepsWhatWasDone(string signal, int code, string body)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent by kill");
        Write("Console.WriteLine(\"done before\");", $"Console.WriteLine(\"in the\" + \" loop\"); {body}", "3");
        using var run = Run("n.ipynb");
        await run.SeenAsync("in the loop");
        var clock = Stopwatch.StartNew();
        run.Signal(signal);
        Assert.Equal(code, await run.EndAsync());
        var stopped = clock.Elapsed.TotalSeconds;
        // One second is the promise. A machine that other work keeps busy shows it by how long it takes to print the
        // help.
        clock.Restart();
        using var help = Run("--help");
        await help.EndAsync();
        Assert.InRange(stopped, 0, 1 + 5 * clock.Elapsed.TotalSeconds);
        Assert.Contains("w2s: stopped in cell 2 of 3; what was done is in runs", run.Errors);
        var executed = Executed();
        Assert.Equal("done before\n", NotebookText.Join(executed.Cells[0].Outputs[0]!["text"]));
        Assert.Contains("in the loop", NotebookText.Join(executed.Cells[1].Outputs[0]!["text"]));
        Assert.Equal("error", (string)executed.Cells[1].Outputs[^1]!["output_type"]!);
    }

    [Theory]
    [InlineData("all", "TERM")]
    [InlineData("all and once more each", "TERM")]
    [InlineData("runner", "TERM")]
    [InlineData("worker", "TERM")] // as a machine's guard of its memory does
    [InlineData("all", "INT")]
    public async Task AStoppedCellThatTookItsTokenHasTimeToWriteWhatItHas(string receiver, string signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "signals are sent by kill, and groups made by setsid");
        Write("1", """
            Console.WriteLine($"worker {Environment.ProcessId} wai" + "ts");
            try { await Task.Delay(-1, Cell.Token); } catch (OperationCanceledException) { }
            await Task.Delay(1500);
            System.IO.File.WriteAllText("checkpoint", "");
            Console.WriteLine("written");
            """, "3");
        using var run = new RunningNotebook(folder.Path, ownGroup: true, "n.ipynb");
        await run.SeenAsync("waits");
        var worker = run.Output.Split("worker ")[^1].Split(' ')[0];
        if (receiver == "worker")
            RunningNotebook.Signal(signal, worker);
        else if (receiver == "runner")
            run.Signal(signal);
        else
            run.SignalGroup(signal);
        if (receiver.Contains("each"))
        {
            run.Signal(signal);
            RunningNotebook.Signal(signal, worker);
        }
        Assert.Equal(signal == "TERM" ? 143 : 130, await run.EndAsync());
        Assert.Contains("w2s: stopped in cell 2 of 3; what was done is in runs", run.Errors);
        Assert.True(File.Exists(folder.File("checkpoint")), run.Output);
        Assert.Contains("written\n",
            string.Concat(Executed().Cells[1].Outputs.Select(output => NotebookText.Join(output!["text"]))));
        Assert.Null(Executed().Cells[2].ExecutionCount);
    }

    [Theory]
    [InlineData(true, "its process was ended")]
    [InlineData(false, "left behind")] // its time is over
    public async Task ACellThatDoesNotEndIsEndedAndItsOutputsStay(bool again, string said)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "signals are sent by kill, and groups made by setsid");
        Write("var token = Cell.Token; Console.WriteLine(\"in the\" + \" cell\"); await new "
            + "TaskCompletionSource().Task;");
        using var run = new RunningNotebook(folder.Path, ownGroup: true, "n.ipynb", "--out", "done.ipynb");
        await run.SeenAsync("in the cell");
        run.SignalGroup("TERM");
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        if (again)
            run.SignalGroup("TERM");
        Assert.Equal(143, await run.EndAsync());
        var outputs = Notebook.Read(folder.File("done.ipynb")).Cells[0].Outputs;
        Assert.Contains("in the cell", NotebookText.Join(outputs[0]!["text"]));
        Assert.Contains(said, NotebookText.Join(outputs[^1]!["traceback"]));
    }

    [Fact]
    public async Task AStoppedTrainingWritesItsCheckpoint()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "signals are sent by kill, and groups made by setsid");
        Write($"#r \"{LibraryFolder.Dll("W2S")}\"", """
            using W2S.Data.Shapes; using W2S.Losses; using W2S.Models; using W2S.Torch; using W2S.Training;
            sealed class Steps : IProgress<TrainingProgress>
            {
                public void Report(TrainingProgress at) => Console.WriteLine("after " + at.Step);
            }
            TorchRuntime.Start();
            var images = ShapeImages.Create(new ShapesOptions { Count = 2000 }, seed: 1);
            var run = new TrainingRun(ResNet.Cifar(8, 20), images, new CrossEntropy())
            {
                Batches = new() { BatchSize = 2 },
                Options = new()
                {
                    Epochs = 50, ReportEvery = 1, CheckpointEvery = 1_000_000, Folder = "training", Threads = 1,
                },
            };
            Trainer.Train(run, new Steps(), Cell.Token);
            """);
        using var run = new RunningNotebook(folder.Path, ownGroup: true, "n.ipynb");
        await run.SeenAsync("after 1");
        Assert.Empty(Directory.EnumerateDirectories(folder.Path, "step-*", SearchOption.AllDirectories));
        run.SignalGroup("TERM");
        Assert.Equal(143, await run.EndAsync());
        Assert.Single(Directory.EnumerateDirectories(folder.Path, "step-*", SearchOption.AllDirectories));
        Assert.Contains("after 1\n",
            string.Concat(Executed().Cells[1].Outputs.Select(output => NotebookText.Join(output!["text"]))));
    }

    [Fact]
    public async Task HalvesOfSurrogatePairsThatACellShowsAreUnknownCharactersInTheFile()
    {
        Write("Console.Write(\"a\\ud83d\"); Console.Error.Write(\"\\udc00b\"); \"c\\ud83d\"",
            "throw new Exception(\"d\\ud83d\");");
        using var run = Run("n.ipynb", "--html", "page.html");
        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("Exception: d\uFFFD", run.Errors);
        var text = File.ReadAllText(Path.Combine(folder.Path, "runs", "n.ipynb"));
        Assert.DoesNotMatch(@"(?<!\\)\\u[dD]", text);
        Assert.Contains("a\uFFFD", text);
        Assert.Contains("c\uFFFD", text);
    }

    [Theory]
    [InlineData("Environment.Exit(7);", "exit code 7")]
    // The runtime aborts without a last word, so text of the last 50 ms would be lost here and under SIGKILL.
    [InlineData("System.Threading.Thread.Sleep(300); int F(int n) => F(n + 1) + 1; F(0)", "stack overflow")]
    [InlineData("System.Threading.Thread.Sleep(300); System.Diagnostics.Process.GetCurrentProcess().Kill();",
        "signal 9")]
    public async Task ACellThatEndsTheProcessSaysWhyInTheNotebook(string cell, string reason)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "exit codes differ there");
        Write("Console.WriteLine(\"before\");", $"Console.WriteLine(\"in it\"); {cell}", "3");
        using var run = Run("n.ipynb");
        Assert.Equal(1, await run.EndAsync());
        Assert.Contains(reason, run.Errors);
        var executed = Executed();
        Assert.Equal("before\n", NotebookText.Join(executed.Cells[0].Outputs[0]!["text"]));
        Assert.Contains("in it", NotebookText.Join(executed.Cells[1].Outputs[0]!["text"]));
        Assert.Contains(reason, (string)executed.Cells[1].Outputs[^1]!["evalue"]!);
    }

    [Theory]
    [InlineData("there is no file 'none.ipynb'", "none.ipynb")]
    [InlineData("ends early", "short.ipynb")]
    [InlineData("no option '--fast'", "n.ipynb", "--fast")]
    public async Task BadInputGetsOneLineAndTouchesNothing(string expected, params string[] arguments)
    {
        Write("1");
        folder.File("short.ipynb", NotebookFile.Text(NotebookFile.Code("1"))[..^20]);
        var before = Listing();
        using var run = Run(arguments);
        Assert.Equal(2, await run.EndAsync());
        Assert.Contains(expected, run.Errors);
        Assert.StartsWith("w2s: ", run.Errors);
        Assert.Equal(1, run.Errors.Count(letter => letter == '\n'));
        Assert.Equal("", run.Output);
        Assert.Equal(before, Listing());
    }

    [Fact]
    public async Task SavingTwiceGivesTheSameFileAndCheckingFindsAChangedNumber()
    {
        var path = Write(
            "Console.WriteLine($\"{1 / 3.0:0.000} in {DateTime.Now.Ticks % 1000} ms, from \" + "
            + "Environment.CurrentDirectory);", "2.5");
        foreach (var _ in new[] { 1, 2 })
        {
            using var save = Run("n.ipynb", "--save");
            Assert.Equal(0, await save.EndAsync());
        }
        var saved = Notebook.Read(path);
        Assert.DoesNotContain(folder.Path, saved.ToJson());
        Assert.False(saved.Cells[0].Metadata.ContainsKey("execution"));
        Assert.Equal([1, 2], saved.Cells.Select(cell => cell.ExecutionCount));

        using (var check = Run("n.ipynb", "--check"))
        {
            Assert.Equal(0, await check.EndAsync());
            Assert.Contains("checked 2 numbers: all within", check.Output);
        }
        File.WriteAllText(path, saved.ToJson().Replace("0.333 in", "0.335 in"));
        using (var check = Run("n.ipynb", "--check"))
        {
            Assert.Equal(1, await check.EndAsync());
            Assert.Contains("number 1: saved 0.335, now 0.333", check.Errors);
        }
    }

    [Fact]
    public async Task AFailedRunSavesNothingInPlace()
    {
        var path = Write("throw new Exception();");
        var before = File.ReadAllText(path);
        using var run = Run("n.ipynb", "--save");
        Assert.Equal(1, await run.EndAsync());
        Assert.Equal(before, File.ReadAllText(path));
    }

    [Fact]
    public async Task ANotebookTooLargeToCommitIsNotSaved()
    {
        var path = Write("Console.WriteLine(new string('x', 500_000));");
        var before = File.ReadAllText(path);
        using var run = Run("n.ipynb", "--save");
        Assert.Equal(1, await run.EndAsync());
        Assert.Contains("not saved: the committed form would take 500 KB, the limit is 450 KB", run.Errors);
        Assert.Equal(before, File.ReadAllText(path));
    }

    [Fact]
    public async Task WhatPassesTheSessionByStaysInItsCell()
    {
        const string Raw = "using (var raw = Console.OpenStandard{0}()) raw.Write(\"past{1}\"u8);";
        Write(
            string.Format(Raw, "Output", "-one"), "Console.Write(\"between\");",
            string.Format(Raw, "Error", "-two") + string.Format(Raw, "Output", "-three\\n"));
        using var run = Run("n.ipynb");
        Assert.Equal(0, await run.EndAsync());
        string[] Texts(int cell) =>
            [.. Executed().Cells[cell].Outputs.Select(output => NotebookText.Join(output!["text"])).Order()];
        Assert.Equal(["past-one"], Texts(0));
        Assert.Equal(["between"], Texts(1));
        Assert.Equal(["past-three\n", "past-two"], Texts(2));
    }

    [Fact]
    public async Task AFileThatCannotBeWrittenIsSaidAndTheOthersAreWritten()
    {
        var path = Write("System.IO.Directory.Delete(\"pages\"); System.IO.File.WriteAllText(\"pages\", \"\"); 6 * 7");
        Directory.CreateDirectory(Path.Combine(folder.Path, "pages"));
        using var run = Run("n.ipynb", "--save", "--html", "pages/page.html");
        Assert.Equal(1, await run.EndAsync());
        Assert.StartsWith($"w2s: {Path.Combine("pages", "page.html")} was not written: ", run.Errors);
        Assert.Equal(1, run.Errors.Count(letter => letter == '\n'));
        Assert.Single(Notebook.Read(path).Cells[0].Outputs);
        Assert.Single(Executed().Cells[0].Outputs);
    }

    [Fact]
    public async Task OutAndHtmlAreWrittenWhereAsked()
    {
        Write("1");
        using var run = Run("n.ipynb", "--out", "done.ipynb", "--html", "page.html");
        Assert.Equal(0, await run.EndAsync());
        Assert.Equal(["done.ipynb", "n.ipynb", "page.html"], Listing().Select(entry => entry.Split('|')[0]));
        Assert.StartsWith("<!doctype html>", File.ReadAllText(folder.File("page.html")));
    }

    private string Write(params string[] cells)
    {
        var coded = cells.Select(cell => NotebookFile.Code(cell)).ToArray();
        return folder.File("n.ipynb", NotebookFile.Text(coded));
    }

    private RunningNotebook Run(params string[] arguments) => new(folder.Path, arguments);

    private Notebook Executed() => Notebook.Read(Path.Combine(folder.Path, "runs", "n.ipynb"));

    private List<string> Listing() =>
        [.. Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order()
            .Select(path =>
                $"{Path.GetRelativePath(folder.Path, path)}|{(File.Exists(path) ? File.ReadAllText(path) : "")}")];
}
