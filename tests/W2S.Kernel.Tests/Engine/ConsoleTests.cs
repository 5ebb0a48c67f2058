using W2S.Kernel.Engine;
using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Tests.Engine;

[Collection(nameof(Alone))]
public sealed class ConsoleTests
{
    [Fact]
    public async Task OrderOfTextAndDisplaysIsKept()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            Console.WriteLine("a");
            Console.Error.WriteLine("b");
            display("shown");
            Console.Write("c");
            "end"
            """);
        Assert.Equal(
            ["text:a\n:Out", "text:b\n:Error", "display::Out", "text:c:Out", "result::Out"],
            host.Events.Select(item => $"{item.Kind}:{item.Text}:{item.Stream}"));
    }

    [Fact]
    public async Task TextFromAnyThreadArrivesWhileTheCellRuns()
    {
        using var session = new Session();
        var seen = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        var host = new RecordingHost { OnWrite = () => seen.TrySetResult() };
        var run = session.Cells.RunAsync(
            "var go = new System.Threading.Thread(() => Console.WriteLine(\"from a thread\")); go.Start(); await "
            + "Task.Delay(3000, Cell.Token);", host,
            interrupt: stop.Token);
        await seen.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.False(run.IsCompleted);
        stop.Cancel();
        await run;
        Assert.Equal("from a thread\n", host.Out);
    }

    [Fact]
    public async Task AThreadThatLostTrackOfItsCellStillWritesToTheOnlyOneRunning()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            var done = new System.Threading.ManualResetEventSlim();
            var thread = new System.Threading.Thread(() => { Console.Write("unsafe start"); done.Set(); });
            thread.UnsafeStart();
            done.Wait();
            """);
        Assert.Equal("unsafe start", host.Out);
    }

    [Fact]
    public async Task AFloodIsGatheredAndWhole()
    {
        using var session = new Session();
        var host = await session.RunAsync("for (var i = 0; i < 200_000; i++) Console.WriteLine(i);");
        var expected = string.Concat(Enumerable.Range(0, 200_000).Select(i => $"{i}\n"));
        Assert.Equal(expected.Length, host.Out.Length);
        Assert.Equal(expected, host.Out);
        Assert.True(host.Events.Count < 200, $"{host.Events.Count} messages");
    }

    [Fact]
    public async Task ThreadsTogetherLoseNothingAndHostCallsNeverOverlap()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            System.Threading.Tasks.Parallel.For(0, 8, i =>
            {
                for (var j = 0; j < 2000; j++)
                {
                    Console.Out.WriteLine("x");
                    if (j % 500 == 0) display(j);
                }
            });
            """);
        Assert.Equal(8 * 2000 * 2, host.Out.Length);
        Assert.Equal(8 * 4, host.Displays.Count);
        Assert.False(host.Overlapped);
    }

    [Fact]
    public async Task UpdatesInQuickSuccessionEndWithTheLast()
    {
        using var session = new Session();
        var host = await session.RunAsync("var d = display(0); for (var i = 1; i <= 10_000; i++) d.Update(i);");
        Assert.True(host.Displays.Count < 2000, $"{host.Displays.Count} messages");
        Assert.Equal("10000", host.Displays[^1].Bundle!["text/plain"].GetValue<string>());
    }

    [Theory]
    [InlineData("Console.SetOut(new System.IO.StringWriter());")]
    [InlineData("Console.SetError(System.IO.TextWriter.Null); Console.SetOut(Console.Error);")]
    [InlineData("Console.SetIn(new System.IO.StringReader(\"other\"));")]
    [InlineData("Console.SetOut(System.IO.TextWriter.Null); throw new Exception();")]
    public async Task StreamsThatACellSetsDoNotOutliveIt(string code)
    {
        using var session = new Session();
        await session.Cells.RunAsync(code, new RecordingHost(), interrupt: TestContext.Current.CancellationToken);
        var host = new RecordingHost();
        host.Input.Enqueue("line");
        await session.Cells.RunAsync(
            "Console.Write(\"out \" + Console.ReadLine()); Console.Error.Write(\"error\");", host,
            interrupt: TestContext.Current.CancellationToken);
        Assert.Equal(("out line", "error"), (host.Out, host.Error));
    }

    [Fact]
    public async Task ACellCanCatchItsOwnText()
    {
        using var session = new Session();
        var host = await session.RunAsync("""
            var (before, caught) = (Console.Out, new System.IO.StringWriter());
            Console.SetOut(caught); Console.Write("caught"); Console.SetOut(before);
            Console.Write("shown"); caught.ToString()
            """);
        Assert.Equal(("shown", "caught"), (host.Out, host.Plain));
    }

    [Fact]
    public async Task WhatTheHostItselfPrintsIsNotTheCells()
    {
        using var session = new Session();
        var host = new RecordingHost { OnWrite = () => Console.Write("") };
        var noisy = new RecordingHost { OnWrite = () => Console.Error.Write("") };
        await session.Cells.RunAsync("Console.Write(1);", host, interrupt: TestContext.Current.CancellationToken);
        await session.Cells.RunAsync("Console.Write(2);", noisy, interrupt: TestContext.Current.CancellationToken);
        Assert.Equal(("1", "2", ""), (host.Out, noisy.Out, noisy.Error));
        Assert.NotSame(Console.Out, HostConsole.Out);
    }
}
