using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using NetMQ;
using NetMQ.Sockets;
using W2S.Kernel.Jupyter;

namespace W2S.Kernel.Tests.Jupyter;

/// <summary>The real sockets, with a NetMQ client at the other end.</summary>
public sealed class NetMqTransportTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static ConnectionInfo FreePorts()
    {
        var listeners = Enumerable.Range(0, 5).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Stop());
        return new ConnectionInfo(IPAddress.Loopback, ports[0], ports[1], ports[2], ports[3], ports[4],
            ServerHarness.Key);
    }

    private static Sent Receive(NetMQSocket socket, KernelChannel channel)
    {
        List<byte[]>? frames = null;
        Assert.True(socket.TryReceiveMultipartBytes(Patience, ref frames!), $"nothing came on {channel}");
        return ServerHarness.Read(channel, frames);
    }

    [Fact]
    public async Task SpeaksOverAllFiveChannels()
    {
        var info = FreePorts();
        var log = new KernelLog(new MemoryStream());
        using var transport = new NetMqTransport(info);
        using var server =
            new KernelServer(new WireCodec(info.Key), transport, new FakeSession(), new HistoryStore(null, log),
                new CrashMarker(), log);
        transport.Start(server.Receive, server.Greet);

        // First of all: a router drops what is for a client whose handshake is still under way.
        using var stdin = new DealerSocket();
        stdin.Options.Identity = "client-id"u8.ToArray();
        stdin.Connect(info.Endpoint(info.StdinPort));

        using var iopub = new SubscriberSocket();
        iopub.Connect(info.Endpoint(info.IoPubPort));
        iopub.SubscribeToAnyTopic();
        // the greeting
        Assert.Equal("starting", (string?)Receive(iopub, KernelChannel.IoPub).Content["execution_state"]);

        using var heartbeat = new RequestSocket();
        heartbeat.Connect(info.Endpoint(info.HeartbeatPort));
        heartbeat.SendFrame("ping");
        Assert.True(heartbeat.TryReceiveFrameString(Patience, out var echo));
        Assert.Equal("ping", echo);

        using var shell = new DealerSocket();
        shell.Options.Identity = "client-id"u8.ToArray();
        shell.Connect(info.Endpoint(info.ShellPort));
        shell.SendMultipartBytes(
            ServerHarness.Frames("execute_request", new JsonObject { ["code"] = "ask who?" }, "q1")[1..]);
        Assert.Equal("who?", (string?)Receive(stdin, KernelChannel.Stdin).Content["prompt"]);
        stdin.SendMultipartBytes(ServerHarness.Frames("input_reply", new JsonObject { ["value"] = "Ada" }, "a1")[1..]);
        Assert.Equal("ok", (string?)Receive(shell, KernelChannel.Shell).Content["status"]);
        string[] expected = ["status", "execute_input", "stream", "status"];
        Assert.Equal(expected, expected.Select(_ => Receive(iopub, KernelChannel.IoPub).Type));

        using var control = new DealerSocket();
        control.Connect(info.Endpoint(info.ControlPort));
        control.SendMultipartBytes(ServerHarness.Frames("shutdown_request", [], "s1")[1..]);
        Assert.Equal("shutdown_reply", Receive(control, KernelChannel.Control).Type);
        Assert.False(await server.Ended.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task GarbageOnThePortsHarmsNobody()
    {
        var info = FreePorts();
        var log = new KernelLog(new MemoryStream());
        using var transport = new NetMqTransport(info);
        using var server =
            new KernelServer(new WireCodec(info.Key), transport, new FakeSession(), new HistoryStore(null, log),
                new CrashMarker(), log);
        transport.Start(server.Receive, server.Greet);
        var random = new Random(5);
        byte[] greeting = [0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0, .. "NULL"u8, .. new byte[48]];
        foreach (var port in new[] { info.ShellPort, info.ControlPort, info.StdinPort, info.IoPubPort,
            info.HeartbeatPort })
        {
            for (var i = 0; i < 20; i++)
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
                // Noise, or a right greeting followed by noise, or by a frame that announces more than there can be.
                byte[] bytes = new byte[random.Next(1, 300)];
                random.NextBytes(bytes);
                if (i % 3 == 1)
                    bytes = [.. greeting, .. bytes];
                if (i % 3 == 2)
                    bytes = [.. greeting, 0x02, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, .. bytes];
                try
                {
                    await client.GetStream().WriteAsync(bytes, TestContext.Current.CancellationToken);
                }
                catch (IOException)
                {
                    // The kernel has hung up already.
                }
            }
        }
        using var shell = new DealerSocket();
        shell.Connect(info.Endpoint(info.ShellPort));
        shell.SendMultipartBytes(ServerHarness.Frames("kernel_info_request", [], "k1")[1..]);
        Assert.Equal("kernel_info_reply", Receive(shell, KernelChannel.Shell).Type);
    }

    [Fact]
    public void ATakenPortIsNamed()
    {
        var info = FreePorts();
        using var taken = new NetMqTransport(info);
        Assert.Contains($"cannot listen on tcp://127.0.0.1:{info.IoPubPort}",
            Assert.Throws<KernelRefusedException>(() => new NetMqTransport(info)).Message);
    }
}
