using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using W2S.Kernel.Jupyter;

namespace W2S.Kernel.Tests.Jupyter;

/// <summary>A message that the kernel sent, as a client reads it.</summary>
internal sealed record Sent(KernelChannel Channel, byte[][] Identities, string Type, string? ParentId,
    JsonObject Content, long Received);

/// <summary>A server over a fake session, with the client's end of the wire held by the test.</summary>
internal sealed class ServerHarness : IMessageSink, IDisposable
{
    public static readonly byte[] Key = "a key for tests"u8.ToArray();
    private static readonly byte[] Delimiter = "<IDS|MSG>"u8.ToArray();

    private readonly BlockingCollection<Sent> arrived = [];
    private int ids;

    public ServerHarness(HistoryStore? history = null, CrashMarker? marker = null)
    {
        Log = new KernelLog(LogStream);
        Server = new KernelServer(new WireCodec(Key), this, Session, history ?? new HistoryStore(null, Log),
            marker ?? new CrashMarker(), Log);
    }

    public FakeSession Session { get; } = new();

    public MemoryStream LogStream { get; } = new();

    public KernelLog Log { get; }

    public KernelServer Server { get; }

    public List<Sent> All { get; } = [];

    /// <summary>Called while the kernel sends a message, so that a client can be as quick as any.</summary>
    public Action<Sent>? Arrives { get; set; }

    public static byte[][] Frames(string type, JsonObject content, string id, string? session = null)
    {
        var header = new JsonObject
        {
            ["msg_id"] = id,
            ["msg_type"] = type,
            ["session"] = session ?? "client",
            ["username"] = "reader",
            ["date"] = "2026-01-01T00:00:00Z",
            ["version"] = "5.3",
        };
        return Signed([Utf8(header.ToJsonString()), "{}"u8.ToArray(), "{}"u8.ToArray(), Utf8(content.ToJsonString())]);
    }

    public static byte[][] Signed(byte[][] parts)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Key);
        foreach (var part in parts)
            hash.AppendData(part);
        return ["client-id"u8.ToArray(), Delimiter, Utf8(Convert.ToHexStringLower(hash.GetHashAndReset())), .. parts];
    }

    /// <summary>Sends a request; returns its identifier.</summary>
    public string Ask(string type, JsonObject? content = null, KernelChannel channel = KernelChannel.Shell)
    {
        var id = $"m{Interlocked.Increment(ref ids)}";
        Server.Receive(channel, Frames(type, content ?? [], id));
        return id;
    }

    public string Execute(string code, JsonObject? more = null)
    {
        var content = new JsonObject { ["code"] = code };
        foreach (var (name, value) in more ?? [])
            content[name] = value?.DeepClone();
        return Ask("execute_request", content);
    }

    /// <summary>Waits for the state idle of a request; returns all that answered it.</summary>
    public List<Sent> Until(string id)
    {
        bool Has() =>
            All.Any(sent =>
                sent.ParentId == id && sent.Type == "status" && (string?)sent.Content["execution_state"] == "idle");
        while (!Has())
        {
            if (!arrived.TryTake(out var sent, TimeSpan.FromSeconds(20)))
                throw new TimeoutException(
                    $"no idle for {id}; got {string.Join(", ", All.Select(one => $"{one.Type}<{one.ParentId}>"))}");
            All.Add(sent);
        }
        return [.. All.Where(sent => sent.ParentId == id)];
    }

    /// <summary>Waits for a message.</summary>
    public Sent Next(Func<Sent, bool> wanted)
    {
        while (arrived.TryTake(out var sent, TimeSpan.FromSeconds(20)))
        {
            All.Add(sent);
            if (wanted(sent))
                return sent;
        }
        throw new TimeoutException("the message did not come");
    }

    public Sent Reply(string id) =>
        Assert.Single(Until(id), sent => sent.Channel is KernelChannel.Shell or KernelChannel.Control);

    public void Send(KernelChannel channel, byte[][] frames)
    {
        var sent = Read(channel, frames);
        Arrives?.Invoke(sent);
        arrived.Add(sent);
    }

    public static Sent Read(KernelChannel channel, IReadOnlyList<byte[]> frames)
    {
        var at = 0;
        while (!frames[at].AsSpan().SequenceEqual(Delimiter))
            at++;
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Key);
        for (var i = at + 2; i < at + 6; i++)
            hash.AppendData(frames[i]);
        Assert.Equal(Convert.ToHexStringLower(hash.GetHashAndReset()), Encoding.ASCII.GetString(frames[at + 1]));
        JsonObject Part(int i) => JsonNode.Parse(frames[at + i])!.AsObject();
        return new Sent(channel, [.. frames.Take(at)], (string)Part(2)["msg_type"]!, (string?)Part(3)["msg_id"],
            Part(5),
            System.Diagnostics.Stopwatch.GetTimestamp());
    }

    public void Dispose() => Server.Dispose();

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
