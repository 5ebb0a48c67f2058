using System.Diagnostics;
using System.Text.Json.Nodes;

namespace W2S.Kernel.Tests.Jupyter;

/// <summary>The built kernel as its clients meet it: a process that may be stopped, flooded, or ended by a
/// cell.</summary>
public sealed class KernelProcessTests : IDisposable
{
    private readonly JupyterHome home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public void ValuesDisplaysAndErrorsOfRealCells()
    {
        using var kernel = new KernelProcess(home);
        var (reply, outputs) = kernel.Run("var shown = display(\"before\"); shown.Update(\"after\"); 6 * 7");
        Assert.Equal("ok", (string?)reply["status"]);
        Assert.Equal(["display_data", "update_display_data", "execute_result"],
            outputs.Select(sent => sent.Type).Where(type => type is not ("status" or "execute_input")));
        var id = (string?)outputs.Single(sent => sent.Type == "display_data").Content["transient"]!["display_id"];
        Assert.Equal(id,
            (string?)outputs.Single(sent => sent.Type == "update_display_data").Content["transient"]!["display_id"]);
        var later =
            kernel.Run("shown.Update(\"later\");").Outputs.Single(sent => sent.Type == "update_display_data").Content;
        Assert.Equal((id, "later"),
            ((string?)later["transient"]!["display_id"], (string?)later["data"]!["text/plain"]));

        (_, outputs) = kernel.Run("interact(k => k * k, 1, 5)");
        var slider = (string)outputs.First(sent => sent.Type == "comm_open").Content["comm_id"]!;
        var moved = kernel.Send("comm_msg", new JsonObject
        {
            ["comm_id"] = slider,
            ["data"] = new JsonObject { ["method"] = "update", ["state"] = new JsonObject { ["value"] = 5 } },
        });
        var told = kernel.Next(
            sent => sent.ParentId == moved && sent.Content["data"]?["state"]?["outputs"] is not null);
        Assert.Equal("25", (string?)told.Content["data"]!["state"]!["outputs"]![0]!["data"]!["text/plain"]);

        (reply, _) =
            kernel.Run("int Half(int n) =>\n    n / 0 == 0 ? 1 : throw new Exception();\nvar zero = 0;\nvar bad = 1 / "
                + "zero;");
        Assert.Equal("error", (string?)reply["status"]);
        Assert.DoesNotContain('\n', (string)reply["evalue"]!);
        Assert.NotEmpty(reply["traceback"]!.AsArray());
    }

    [Fact]
    public void ASecondOfFloodIsAFewMessagesAndAHundredMegabytesArriveWhole()
    {
        using var kernel = new KernelProcess(home);
        kernel.Run("1");
        var (reply, outputs) = kernel.Run("""
            var clock = System.Diagnostics.Stopwatch.StartNew();
            var lines = 0;
            while (clock.ElapsedMilliseconds < 1000) Console.WriteLine($"line {lines++}");
            """);
        Assert.Equal("ok", (string?)reply["status"]);
        var said = KernelProcess.Text(outputs).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, said.Length).Select(i => $"line {i}"), said);
        Assert.Equal($"{said.Length}",
            (string?)kernel.Run("lines").Outputs.Single(
                sent => sent.Type == "execute_result").Content["data"]!["text/plain"]);
        var times = outputs.Where(sent => sent.Type == "stream").Select(sent => sent.Received).ToArray();
        Assert.InRange(times.Length, 1, 2 + 20 * Stopwatch.GetElapsedTime(times[0], times[^1]).TotalSeconds);

        (reply, outputs) =
            kernel.Run("var block = new string('x', 1 << 20); for (var i = 0; i < 100; i++) Console.Write(block);");
        Assert.Equal("ok", (string?)reply["status"]);
        Assert.Equal(100L << 20, KernelProcess.Text(outputs).Length);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, null)]
    [InlineData(false, "trap '' INT; exec \"$0\" \"$@\"")] // as under a server that a shell started in the background
    public void AnInterruptStopsAnEndlessCellAndTheNextOneRuns(bool byMessage, string? wrapper)
    {
        Assert.SkipWhen(!byMessage && OperatingSystem.IsWindows(), "signals are sent by kill");
        using var kernel = new KernelProcess(home, wrapper);
        kernel.Run("var kept = 5;");
        var id = kernel.Execute("Console.Write(\"in\"); while (true) { }");
        kernel.Next(sent => sent.Type == "stream");
        if (byMessage)
            kernel.Send("interrupt_request", [], onControl: true);
        else
            Process.Start("kill", ["-INT", $"{kernel.Process.Id}"]).WaitForExit();
        Assert.Equal("Interrupted", (string?)kernel.End(id).Reply["ename"]);
        Assert.Equal("5",
            (string?)kernel.Run("kept").Outputs.Single(
                sent => sent.Type == "execute_result").Content["data"]!["text/plain"]);
    }

    [Theory]
    [InlineData("Thread.Sleep(40_000);")]
    [InlineData("for (var end = Environment.TickCount64 + 40_000; Environment.TickCount64 < end;) { }")]
    public void ACellWhoseTasksHoldEveryThreadOfThePoolCanBeStopped(string task)
    {
        using var kernel = new KernelProcess(home);
        kernel.Run("using System.Threading;");
        var tasks = task.StartsWith("Thread", StringComparison.Ordinal) ? 200 : Environment.ProcessorCount;
        var id = kernel.Execute($$"""
            for (var i = 0; i < {{tasks}}; i++) _ = Task.Run(() => { {{task}} });
            Console.Write("in");
            Thread.Sleep(40_000);
            """);
        kernel.Next(sent => sent.Type == "stream");
        var asked = Stopwatch.GetTimestamp();
        kernel.Send("interrupt_request", [], onControl: true);
        Assert.Equal("Interrupted", (string?)kernel.End(id).Reply["ename"]);
        Assert.InRange(Stopwatch.GetElapsedTime(asked).TotalSeconds, 0, 20);
    }

    [Fact]
    public void SigtermStopsTheCellSendsWhatItLeavesAndEndsTheKernel()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent by kill");
        using (var kernel = new KernelProcess(home))
        {
            kernel.Run("1");
            var id = kernel.Execute("""
                Console.WriteLine("in");
                try { await Task.Delay(-1, Cell.Token); } catch (OperationCanceledException) { }
                await Task.Delay(1500);
                System.IO.File.WriteAllText("checkpoint", "");
                Console.WriteLine("written");
                """);
            kernel.Execute("System.IO.File.WriteAllText(\"later\", \"\");");
            kernel.Next(sent => sent.Type == "stream");
            Process.Start("kill", ["-TERM", $"{kernel.Process.Id}"]).WaitForExit();
            var (reply, outputs) = kernel.End(id);
            Assert.Equal("Interrupted", (string?)reply["ename"]);
            Assert.Equal("written\n", KernelProcess.Text(outputs));
            Assert.Contains(outputs, sent => sent.Type == "error");
            kernel.WaitForEnd();
            Assert.Equal(143, kernel.Process.ExitCode);
        }
        Assert.True(File.Exists(Path.Combine(home.Work, "checkpoint")));
        Assert.False(File.Exists(Path.Combine(home.Work, "later")), "a cell ran after the stop");
        using var next = new KernelProcess(home);
        Assert.Equal("", KernelProcess.Text(next.Run("1").Outputs, "stderr")); // it ended as asked
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SigtermEndsAKernelThatIsIdleOrWhoseCellDoesNotEnd(bool busy)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent by kill");
        using var kernel = new KernelProcess(home);
        kernel.Run("1");
        if (busy)
        {
            kernel.Execute("var token = Cell.Token; Console.WriteLine(\"in\"); await new TaskCompletionSource().Task;");
            kernel.Next(sent => sent.Type == "stream");
        }
        Process.Start("kill", ["-TERM", $"{kernel.Process.Id}"]).WaitForExit();
        kernel.WaitForEnd();
        Assert.Equal(143, kernel.Process.ExitCode);
    }

    [Theory]
    [InlineData("Environment.Exit(7);", "Environment.Exit(7) was called")]
    [InlineData("int F(int n) => F(n + 1) + 1;\nF(0)", "Stack overflow")]
    public void ACellThatEndsTheKernelIsExplainedAtTheNextStart(string cell, string reason)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there the reason of a stack overflow is not kept");
        using (var kernel = new KernelProcess(home))
        {
            kernel.Run("1");
            kernel.Execute(cell);
            kernel.WaitForEnd();
            Assert.True(kernel.Says(reason), kernel.Errors);
        }
        using var next = new KernelProcess(home);
        Assert.True(next.Says(reason), next.Errors);
        var first = KernelProcess.Text(next.Run("1").Outputs, "stderr");
        Assert.Contains($"cell [2] ({cell.Split('\n')[0]})", first);
        Assert.Contains(reason, first);
        Assert.Equal("", KernelProcess.Text(next.Run("1").Outputs, "stderr"));
    }

    [Fact]
    public void AnExceptionInABackgroundThreadLeavesTheKernelAlive()
    {
        using var kernel = new KernelProcess(home);
        kernel.Run("new System.Threading.Thread(() => throw new Exception(\"behind\")).Start(); "
            + "System.Threading.Thread.Sleep(500);");
        Assert.Equal("ok", (string?)kernel.Run("1").Reply["status"]);
    }

    [Fact]
    public void TheKernelEndsWithItsParent()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "started by a shell");
        using var kernel = new KernelProcess(home, wrapper: "\"$0\" \"$@\" & echo \"child $!\"; wait");
        var child = Process.GetProcessById(int.Parse(kernel.Process.StandardOutput.ReadLine()!.Split(' ')[1]));
        kernel.Run("1");
        kernel.Process.Kill(); // the shell only
        Assert.True(child.WaitForExit(TimeSpan.FromSeconds(20)), "the kernel outlives its parent");
    }

    [Fact]
    public void AConnectionFileThatOthersCouldReachIsRefused()
    {
        var file = Path.Combine(home.Path, "open.json");
        File.WriteAllText(file,
            """{"ip":"0.0.0.0","key":"k","shell_port":1,"control_port":2,"iopub_port":3,"stdin_port":4,"hb_port":5}""");
        using var kernel =
            Process.Start(home.Start("dotnet", JupyterHome.Program, "jupyter", "--connection-file", file))!;
        Assert.Contains("this kernel listens on loopback only", kernel.StandardError.ReadToEnd());
        kernel.WaitForExit();
        Assert.Equal(2, kernel.ExitCode);
    }

    [Fact]
    public void TheHistoryOutlivesTheKernel()
    {
        using (var kernel = new KernelProcess(home))
            kernel.Run("\"remember\" + 1");
        using var next = new KernelProcess(home);
        var id = next.Send("history_request",
            new JsonObject { ["hist_access_type"] = "tail", ["n"] = 1, ["output"] = true, ["raw"] = true });
        var entry = next.End(id).Reply["history"]![0]!;
        Assert.Equal(("\"remember\" + 1", "remember1"), ((string?)entry[2]![0], (string?)entry[2]![1]));
    }
}
