using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using W2S.Kernel.Engine;
using W2S.Kernel.Jupyter;

namespace W2S.Kernel.Tests.Jupyter;

public sealed class OutputPumpTests : IMessageSink, IDisposable
{
    private readonly ConcurrentQueue<Sent> sent = [];
    private readonly Publisher publisher;
    private readonly OutputPump pump;
    private static readonly MessageHeader Cell =
        new("cell", "execute_request", "s", "{\"msg_id\":\"cell\"}"u8.ToArray());

    public OutputPumpTests()
    {
        publisher = new Publisher(new WireCodec(ServerHarness.Key), this);
        pump = new OutputPump(publisher);
    }

    void IMessageSink.Send(KernelChannel channel, byte[][] frames) => sent.Enqueue(ServerHarness.Read(channel, frames));

    public void Dispose() => pump.Dispose();

    private string Text(string stream) =>
        string.Concat(
            sent.Where(one => one.Type == "stream" && (string?)one.Content["name"] == stream)
                .Select(one => (string?)one.Content["text"]));

    [Fact]
    public void AFloodIsGatheredAndNothingIsLost()
    {
        var expected = new StringBuilder();
        var watch = Stopwatch.StartNew();
        for (var i = 0; watch.ElapsedMilliseconds < 1000; i++)
        {
            pump.Write(Cell, OutputStream.Out, $"line {i}\n");
            expected.Append($"line {i}\n");
        }
        pump.Flush();
        Assert.Equal(expected.ToString(), Text("stdout"));
        Assert.InRange(sent.Count, 2, 21 + (int)(watch.ElapsedMilliseconds / 50));
        var times = sent.Select(one => one.Received).ToArray();
        Assert.All(times.Zip(times.Skip(1)).SkipLast(1), pair =>
            Assert.True(pair.Second - pair.First > Stopwatch.Frequency / 40, "two messages came within 25 ms"));
    }

    [Fact]
    public void AHundredMegabytesArriveWhole()
    {
        var block = new string('x', 1 << 20);
        for (var i = 0; i < 100; i++)
            pump.Write(Cell, OutputStream.Out, block);
        pump.Flush();
        Assert.Equal(100L << 20, sent.Sum(one => (long)((string)one.Content["text"]!).Length));
    }

    [Fact]
    public void StreamsAndDisplaysKeepTheirOrder()
    {
        pump.Write(Cell, OutputStream.Out, "a");
        pump.Write(Cell, OutputStream.Error, "b");
        pump.Write(Cell, OutputStream.Out, "c");
        pump.Flush(() => publisher.Display(Cell, new MimeBundle("text/plain", "picture"), "d", update: false));
        pump.Write(Cell, OutputStream.Out, "d");
        pump.Flush();
        Assert.Equal(["a", "b", "c", "display_data", "d"],
            sent.Select(one => (string?)one.Content["text"] ?? one.Type));
    }

    [Fact]
    public void AlternatingStreamsAreJoinedInAFlood()
    {
        pump.Write(Cell, OutputStream.Out, "first\n");
        pump.Flush(); // what follows waits for its turn
        for (var i = 0; i < 1000; i++)
        {
            pump.Write(Cell, OutputStream.Out, $"o{i} ");
            pump.Write(Cell, OutputStream.Error, $"e{i} ");
        }
        pump.Flush();
        Assert.InRange(sent.Count, 3, 60);
        Assert.Equal("first\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"o{i} ")), Text("stdout"));
        Assert.Equal(string.Concat(Enumerable.Range(0, 1000).Select(i => $"e{i} ")), Text("stderr"));
    }

    [Fact]
    public void OnlyTheLastOfManyUpdatesIsSent()
    {
        for (var i = 0; i < 1000; i++)
            pump.Update(Cell, "live", new MimeBundle("text/plain", $"{i}"));
        pump.Flush();
        Assert.InRange(sent.Count, 1, 20);
        Assert.Equal("999", (string?)sent.Last().Content["data"]!["text/plain"]);
    }

    [Fact]
    public void AClearDropsWhatNobodyWouldSee()
    {
        for (var i = 0; i < 1000; i++)
        {
            pump.Clear(Cell, wait: true);
            pump.Write(Cell, OutputStream.Out, $"{i}");
        }
        pump.Flush();
        Assert.InRange(sent.Count, 2, 40);
        Assert.Equal(["clear_output", "stream"], sent.TakeLast(2).Select(one => one.Type));
        Assert.Equal("999", (string?)sent.Last().Content["text"]);
    }

    [Fact]
    public void AClearThatWaitsLeavesTheLastTextThere()
    {
        pump.Write(Cell, OutputStream.Out, "last line\n");
        pump.Clear(Cell, wait: true);
        pump.Clear(Cell, wait: true);
        pump.Flush();
        Assert.Equal(["stream", "clear_output"], sent.Select(one => one.Type).Distinct());
        Assert.Equal("last line\n", Text("stdout"));
        Assert.True((bool)sent.Last().Content["wait"]!);
    }

    [Fact]
    public void AClearAtOnceIsNotPutOff()
    {
        pump.Write(Cell, OutputStream.Out, "old");
        pump.Clear(Cell, wait: false);
        pump.Clear(Cell, wait: true);
        pump.Flush();
        Assert.False((bool)sent.First(one => one.Type == "clear_output").Content["wait"]!);
    }

    [Fact]
    public void HalfAPairWaitsForTheOtherHalf()
    {
        pump.Write(Cell, OutputStream.Out, "a\ud83d");
        Thread.Sleep(150);
        pump.Write(Cell, OutputStream.Out, "\ude00b");
        pump.Flush();
        Assert.Equal("a😀b", Text("stdout"));
    }
}
