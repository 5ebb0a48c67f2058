using NetMQ;
using NetMQ.Sockets;

namespace W2S.Kernel.Jupyter;

/// <summary>The five ZeroMQ sockets of a kernel, served by one thread.</summary>
internal sealed class NetMqTransport : IMessageSink, IDisposable
{
    // A peer that announces more would make the receiver reserve it.
    private const long LargestMessage = 1L << 30;

    private readonly RouterSocket shell = new();
    private readonly RouterSocket control = new();
    private readonly RouterSocket stdin = new();
    private readonly RouterSocket heartbeat = new();
    private readonly XPublisherSocket iopub = new();
    private readonly NetMQQueue<(KernelChannel Channel, byte[][] Frames)> outgoing = new();
    private readonly NetMQPoller poller;
    private long queued;
    private long sent;

    /// <summary>Binds the sockets; what comes is kept until <see cref="Start"/>.</summary>
    /// <param name="info">Where.</param>
    /// <exception cref="KernelRefusedException">A port is taken.</exception>
    public NetMqTransport(ConnectionInfo info)
    {
        poller = new NetMQPoller { shell, control, stdin, heartbeat, iopub, outgoing };
        // Outputs first: a client that has reached the shell should be able to hear the answer's states.
        try
        {
            Bind(iopub, info, info.IoPubPort, "iopub");
            Bind(heartbeat, info, info.HeartbeatPort, "heartbeat");
            Bind(stdin, info, info.StdinPort, "stdin");
            Bind(control, info, info.ControlPort, "control");
            Bind(shell, info, info.ShellPort, "shell");
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <summary>Begins to serve.</summary>
    /// <param name="receive">Takes what comes; must return at once and not throw.</param>
    /// <param name="subscribed">Called when a client begins to listen to the outputs.</param>
    public void Start(Action<KernelChannel, IReadOnlyList<byte[]>> receive, Action subscribed)
    {
        Serve(shell, frames => receive(KernelChannel.Shell, frames));
        Serve(control, frames => receive(KernelChannel.Control, frames));
        Serve(stdin, frames => receive(KernelChannel.Stdin, frames));
        Serve(heartbeat, frames => SendFrames(heartbeat, frames));
        Serve(iopub, frames =>
        {
            if (frames is [[1, ..]])
                subscribed();
        });
        outgoing.ReceiveReady += (_, _) => SendQueued();
        poller.RunAsync("zeromq", isBackgroundThread: true);
    }

    /// <inheritdoc/>
    public void Send(KernelChannel channel, byte[][] frames)
    {
        Interlocked.Increment(ref queued);
        try
        {
            outgoing.Enqueue((channel, frames));
        }
        catch (ObjectDisposedException)
        {
            // The kernel has ended; nobody listens any more.
        }
    }

    /// <summary>Waits until what was sent has left the queue.</summary>
    /// <param name="atMost">How long.</param>
    public void Drain(TimeSpan atMost)
    {
        var end = Environment.TickCount64 + (long)atMost.TotalMilliseconds;
        while (Interlocked.Read(ref sent) < Interlocked.Read(ref queued) && Environment.TickCount64 < end)
            Thread.Sleep(1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Drain(TimeSpan.FromMilliseconds(500));
        if (poller.IsRunning)
            poller.Stop();
        Close();
    }

    private void Close()
    {
        poller.Dispose();
        foreach (var socket in new NetMQSocket[] { shell, control, stdin, heartbeat, iopub })
            socket.Dispose();
        outgoing.Dispose();
    }

    private static void Bind(NetMQSocket socket, ConnectionInfo info, int port, string channel)
    {
        socket.Options.SendHighWatermark = 0; // no limit: beyond one, outputs would be dropped without a word
        socket.Options.ReceiveHighWatermark = 0;
        socket.Options.Linger = TimeSpan.FromMilliseconds(500);
        socket.Options.MaxMsgSize = LargestMessage;
        if (info.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6)
            socket.Options.IPv4Only = false;
        try
        {
            socket.Bind(info.Endpoint(port));
        }
        catch (Exception error) when (error is NetMQException or System.Net.Sockets.SocketException)
        {
            throw new KernelRefusedException(
                $"the {channel} channel cannot listen on {info.Endpoint(port)}: {error.Message}");
        }
    }

    private static void Serve(NetMQSocket socket, Action<List<byte[]>> handle) =>
        socket.ReceiveReady += (_, _) =>
        {
            // A few at a time, so that a flood on one channel does not starve the others.
            List<byte[]>? frames = null;
            for (var i = 0; i < 16 && socket.TryReceiveMultipartBytes(ref frames!); i++)
            {
                handle(frames);
                frames = null;
            }
        };

    private static void SendFrames(NetMQSocket socket, IReadOnlyList<byte[]> frames)
    {
        for (var i = 0; i < frames.Count; i++)
            socket.TrySendFrame(TimeSpan.Zero, frames[i], i + 1 < frames.Count);
    }

    private void SendQueued()
    {
        for (var i = 0; i < 64 && outgoing.TryDequeue(out var message, TimeSpan.Zero); i++)
        {
            SendFrames(message.Channel switch
            {
                KernelChannel.Shell => shell,
                KernelChannel.Control => control,
                KernelChannel.Stdin => stdin,
                _ => iopub,
            }, message.Frames);
            Interlocked.Increment(ref sent);
        }
    }
}
