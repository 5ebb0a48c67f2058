using System.Text;
using System.Text.Json.Nodes;
using W2S.Kernel.Jupyter;

namespace W2S.Kernel.Tests.Jupyter;

public sealed class WireTests
{
    private readonly WireCodec codec = new(ServerHarness.Key);

    private static byte[][] Request(string code = "1 + 1") =>
        ServerHarness.Frames("execute_request", new JsonObject { ["code"] = code }, "id-7");

    [Fact]
    public void ReadsASignedMessage()
    {
        Assert.True(codec.TryDecode(Request(), out var message, out _));
        Assert.Equal(("id-7", "execute_request", "client"),
            (message.Header.Id, message.Header.Type, message.Header.Session));
        Assert.Equal("1 + 1", message.Text("code"));
        Assert.Equal("client-id"u8, Assert.Single(message.Identities));
    }

    [Fact]
    public void WritesWhatItReads()
    {
        var frames =
            codec.Encode(["x"u8.ToArray()], "stream", MessageHeader.None,
                content => content.WriteString("text", "é😀\ud83d"));
        Assert.True(new WireCodec(ServerHarness.Key).TryDecode(frames, out var message, out var reason), reason);
        Assert.Equal("é😀\ufffd", message.Text("text")); // half a pair has no UTF-8
    }

    [Fact]
    public void MetadataIsSignedToo()
    {
        var frames = codec.Encode([], "comm_open", MessageHeader.None, _ => { },
            metadata => metadata.WriteString("version", "2.1.0"));
        Assert.Equal("""{"version":"2.1.0"}"""u8, frames[^2]);
        Assert.True(new WireCodec(ServerHarness.Key).TryDecode(frames, out _, out var reason), reason);
    }

    [Fact]
    public void DropsEveryOtherSignature()
    {
        var frames = Request();
        var signature = frames[2];
        foreach (var wrong in new[] { [], new byte[64], signature[..63], [.. signature, (byte)'0'],
            Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(signature).ToUpperInvariant()) })
        {
            frames[2] = wrong;
            Assert.False(codec.TryDecode(frames, out _, out var reason));
            Assert.Contains("signature does not match", reason);
        }
        frames[2] = signature;
        Assert.True(codec.TryDecode(frames, out _, out _)); // a failed try does not spoil the right one
    }

    [Fact]
    public void DropsAReplay()
    {
        Assert.True(codec.TryDecode(Request(), out _, out _));
        Assert.False(codec.TryDecode(Request(), out _, out var reason));
        Assert.Contains("replay", reason);
    }

    [Fact]
    public void WithoutAKeyNothingIsSigned()
    {
        var open = new WireCodec([]);
        var frames = Request();
        frames[2] = [];
        Assert.True(open.TryDecode(frames, out _, out _));
        Assert.Empty(open.Encode([], "status", MessageHeader.None, _ => { })[1]);
    }

    [Fact]
    public void AHundredThousandMutatedMessages()
    {
        var random = new Random(77);
        int dropped = 0, read = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var frames =
                ServerHarness.Frames("execute_request",
                    new JsonObject { ["code"] = "value 1", ["silent"] = false, ["n"] = i }, $"id-{i}").ToList();
            var damaged = random.Next(frames.Count);
            switch (random.Next(8))
            {
                case 0:
                    frames.RemoveAt(damaged);
                    break;
                case 1:
                    frames.Insert(damaged, frames[random.Next(frames.Count)]);
                    break;
                case 2:
                    (frames[damaged], frames[0]) = (frames[0], frames[damaged]);
                    break;
                default:
                    frames[damaged] = Mutator.Mutate(random, frames[damaged]);
                    break;
            }
            // Half of them signed anew, so that the damage reaches the parser.
            if (random.Next(2) == 0 && frames.Count >= 7)
                frames = [.. ServerHarness.Signed([.. frames.Skip(3).Take(4)])];
            if (codec.TryDecode(frames, out var message, out var reason))
            {
                Assert.NotEmpty(message.Header.Raw);
                read++;
            }
            else
            {
                Assert.False(string.IsNullOrEmpty(reason));
                dropped++;
            }
        }
        Assert.Equal(100_000, dropped + read);
        Assert.InRange(dropped, 50_000, 99_000); // both sides are met: neither all dropped nor all let through
    }

    [Fact]
    public void MutatedRequestsGetOneReplyEachOrAreLogged()
    {
        using var harness = new ServerHarness();
        var random = new Random(78);
        string[] types = ["execute_request", "complete_request", "inspect_request", "history_request",
            "is_complete_request", "kernel_info_request", "comm_open", "comm_msg", "x_request"];
        var content = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["code"] = "value 1",
            ["cursor_pos"] = 3,
            ["hist_access_type"] = "search",
            ["pattern"] = "*",
            ["n"] = 3,
            ["user_expressions"] = new JsonObject { ["a"] = "value 2" },
            ["comm_id"] = "w1",
            ["data"] = new JsonObject { ["do"] = "print x" },
            ["stop_on_error"] = false,
        }.ToJsonString());
        const int Count = 10_000;
        for (var i = 0; i < Count; i++)
        {
            var header = $$"""{"msg_id":"f{{i}}","msg_type":"{{types[i % types.Length]}}","session":"s"}""";
            harness.Server.Receive(KernelChannel.Shell,
                ServerHarness.Signed(
                    [Encoding.UTF8.GetBytes(header), "{}"u8.ToArray(), "{}"u8.ToArray(),
                        Mutator.Mutate(random, content)]));
        }
        harness.Until(harness.Ask("kernel_info_request"));
        var replies = harness.All.Where(sent => sent.Channel == KernelChannel.Shell).ToList();
        Assert.Equal(replies.Count, replies.Select(reply => reply.ParentId).Distinct().Count());
        var busy = harness.All.Count(
            sent => sent.Type == "status" && (string?)sent.Content["execution_state"] == "busy");
        var idle = harness.All.Count(
            sent => sent.Type == "status" && (string?)sent.Content["execution_state"] == "idle");
        Assert.Equal(Count + 1, busy + harness.Server.Dropped);
        Assert.Equal(busy, idle);
        var comms = busy - replies.Count; // comms get no reply
        Assert.InRange(comms, 1, 2 * Count / types.Length);
    }
}
