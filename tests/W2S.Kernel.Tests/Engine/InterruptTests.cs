using System.Diagnostics;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Tests.Engine;

[Collection(nameof(Alone))]
public sealed class InterruptTests
{
    [Theory]
    [InlineData("while (true) { }")]
    [InlineData("while (true) ;")]
    [InlineData("do n++; while (true);")]
    [InlineData("for (;;) for (;;) n++;")]
    [InlineData("IEnumerable<int> All() { while (true) yield return 1; } foreach (var i in All()) n += i;")]
    [InlineData("again: n++; goto again;")]
    [InlineData("await Task.Yield(); while (true) n++;")]
    [InlineData("Action spin = () => { while (true) n++; }; spin();")]
    [InlineData("int Spin() { while (true) n++; } Spin();")]
    [InlineData("class Worker { public static void Spin() { while (true) ; } } Worker.Spin();")]
    [InlineData("await Task.Run(() => { while (true) n++; });")]
    [InlineData("Parallel.For(0, 2, _ => { while (true) n++; });", "using System.Threading.Tasks;")]
    [InlineData("System.Threading.Thread.Sleep(100_000);")]
    [InlineData("Task.Delay(100_000).Wait();")]
    [InlineData("await Task.Delay(100_000, Cell.Token);")]
    [InlineData("System.Threading.SpinWait.SpinUntil(() => false);")]
    public async Task WhateverRunsEndsWithinASecondAndTheSessionGoesOn(string code, string before = "")
    {
        using var session = new Session();
        await session.RunAsync($"{before} var kept = 5; var n = 0;");
        var (error, spent) = await StopAsync(session, "Console.WriteLine(\"started\");\n" + code);
        Assert.True(error.Interrupted);
        Assert.Equal("Interrupted", error.Name);
        Assert.DoesNotContain("left behind", error.Message);
        // the machine may be busy; alone it is below 1 s
        Assert.True(spent < TimeSpan.FromSeconds(1.5), $"took {spent}");
        Assert.Equal("5", (await session.RunAsync("kept")).Plain);
    }

    [Theory]
    [InlineData("await Task.Delay(100_000);")]
    [InlineData("await Task.Yield(); System.Threading.Thread.Sleep(100_000);")]
    [InlineData("await new TaskCompletionSource().Task;")]
    [InlineData("_ = Microsoft.DotNet.Interactive.Kernel.Root; await new TaskCompletionSource().Task;")]
    [InlineData("Enumerable.Range(0, int.MaxValue).Select(x => x % 7).Concat(Enumerable.Range(0, int.MaxValue / "
        + "2)).Count(x => x < 0);")]
    public async Task WhatCannotBeStoppedIsLeftBehindAndSaid(string code)
    {
        using var session = new Session();
        await session.RunAsync("var kept = 5;");
        var (error, spent) = await StopAsync(session, "Console.WriteLine(\"started\");\n" + code);
        Assert.True(error.Interrupted);
        Assert.Contains("left behind", error.Message);
        Assert.True(spent < TimeSpan.FromSeconds(1.5), $"took {spent}");
        Assert.Equal("5", (await session.RunAsync("kept")).Plain);
    }

    [Theory]
    [InlineData("try { while (true) { } } finally { await Task.Delay(1200); Console.WriteLine(\"ended\"); }")]
    [InlineData("try { await Task.Delay(-1, Cell.Token); } "
        + "finally { await Task.Delay(1200); Console.WriteLine(\"ended\"); }")]
    [InlineData("sealed class Slow : IDisposable { public void Dispose() { System.Threading.Thread.Sleep(1200); "
        + "Console.WriteLine(\"ended\"); } } using var _ = new Slow(); while (true) { }")]
    public async Task CodeThatIsOnItsWayToItsEndIsWaitedFor(string code)
    {
        using var session = new Session();
        var host = new RecordingHost();
        var (error, _) = await StopAsync(session, "Console.WriteLine(\"started\");\n" + code, host);
        Assert.True(error.Interrupted);
        Assert.DoesNotContain("left behind", error.Message);
        Assert.Equal("started\nended\n", host.Out);
    }

    [Fact]
    public async Task WhatALeftBehindCellPrintsLaterReachesNobody()
    {
        using var session = new Session();
        var host = new RecordingHost();
        var (error, _) = await StopAsync(session, """
            Console.WriteLine("started");
            var gone = new TaskCompletionSource();
            await Task.Delay(1800);
            Console.WriteLine("late"); display("late"); gone.SetResult();
            """, host);
        Assert.Contains("left behind", error.Message);
        var next = await session.RunAsync("await gone.Task; await Task.Delay(150); Console.Write(\"mine\");");
        Assert.Equal("mine", next.Out);
        Assert.Empty(next.Displays);
        Assert.Equal("started\n", host.Out);
    }

    [Fact]
    public async Task ARunningLoopIsNamedByItsLine()
    {
        using var session = new Session();
        var (error, _) =
            await StopAsync(session, "Console.WriteLine(\"started\");\nvar i = 0;\nwhile (true)\n{\n    i++;\n}");
        Assert.InRange(error.Line!.Value, 3, 5);
    }

    [Fact]
    public async Task TheAmbientTokenIsCancelledAndNewForTheNextCell()
    {
        using var session = new Session();
        var (error, _) = await StopAsync(session, """
            var seen = false;
            Console.WriteLine("started");
            try { await Task.Delay(-1, Cell.Token); } catch (OperationCanceledException) { seen = true; }
            """);
        Assert.True(error.Interrupted);
        Assert.Equal("True False", (await session.RunAsync("$\"{seen} {Cell.Token.IsCancellationRequested}\"")).Plain);
    }

    [Fact]
    public async Task ACellThatWaitsForItsTurnCanBeStopped()
    {
        using var session = new Session();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var result = await session.Cells.RunAsync("1", new RecordingHost(), interrupt: stop.Token);
        Assert.True(result.Error!.Interrupted);
    }

    [Fact]
    public async Task AnFSharpLoopEndsToo()
    {
        using var session = new Session();
        await session.RunAsync("#!fsharp\nlet mutable n = 0L\nlet kept = 5");
        var (error, _) = await StopAsync(session, "#!fsharp\nprintfn \"started\"\nwhile true do\n    n <- n + 1L");
        Assert.True(error.Interrupted);
        Assert.DoesNotContain("left behind", error.Message);
        Assert.Equal("5", (await session.RunAsync("kept", "fsharp")).Plain);
    }

    [Fact]
    public async Task LoopsStillDoWhatTheySay()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            var log = "";
            for (var i = 0; i < 3; i++) for (var j = 0; j < 2; j++) log += $"{i}{j} ";
            foreach (var (a, b) in new[] { (1, 2), (3, 4) }) if (a > 1) log += a + b; else log += "-";
            var k = 0; do k++; while (k < 5); while (k-- > 0) if (k == 2) break; else continue;
            await foreach (var x in Later()) log += x;
            async IAsyncEnumerable<int> Later() { for (var i = 0; i < 2; i++) { await Task.Yield(); yield return i; } }
            log + k
            """);
        Assert.Equal("00 01 10 11 20 21 -7012", host.Plain);
    }

    private static async Task<(CellError Error, TimeSpan Spent)> StopAsync(Session session, string code,
        RecordingHost? host = null)
    {
        var started = new TaskCompletionSource();
        var watching = new RecordingHost { OnWrite = () => started.TrySetResult() };
        using var stop = new CancellationTokenSource();
        var forward = host is null ? (ICellHost)watching : new Both(host, watching);
        var run = session.Cells.RunAsync(code, forward, interrupt: stop.Token);
        await Task.WhenAny(started.Task, run).WaitAsync(TimeSpan.FromSeconds(60),
            TestContext.Current.CancellationToken);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(run.IsCompleted, run.IsCompleted ? (await run).Error?.Message ?? "ended" : "");
        var watch = Stopwatch.StartNew();
        await stop.CancelAsync();
        var result = await run.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return (result.Error!, watch.Elapsed);
    }

    private sealed class Both(RecordingHost first, RecordingHost second) : ICellHost
    {
        public void Write(OutputStream stream, string text)
        {
            first.Write(stream, text);
            second.Write(stream, text);
        }

        public void Display(MimeBundle bundle, string displayId, bool update) =>
            first.Display(bundle, displayId, update);

        public void Result(MimeBundle bundle) => first.Result(bundle);

        public void Clear(bool wait) => first.Clear(wait);

        public string? ReadLine(string prompt, bool password) => null;
    }
}
