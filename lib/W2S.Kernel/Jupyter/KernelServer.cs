using System.Collections.Concurrent;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Jupyter;

/// <summary>Answers the messages of Jupyter clients: shell requests one after the other, control requests beside
/// them.</summary>
/// <remarks>
/// Every request is enclosed in the states busy and idle and gets exactly one reply. Both threads are the server's own:
/// a cell that fills the thread pool delays neither; <see cref="PoolWatch"/> keeps their messages coming.
/// </remarks>
internal sealed class KernelServer : IDisposable
{
    private const int CellStack = 16 << 20;

    private readonly WireCodec codec;
    private readonly Publisher publisher;
    private readonly OutputPump pump;
    private readonly InputRequests input;
    private readonly KernelLog log;
    private readonly ShellRequests shellRequests;
    private readonly ExecuteRequests executeRequests;
    private readonly CommRequests commRequests;
    private readonly BlockingCollection<IncomingMessage> shell = [];
    private readonly BlockingCollection<IncomingMessage> control = [];
    private readonly TaskCompletionSource<bool> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock runningGate = new();
    private CancellationTokenSource? running;
    private IncomingMessage? current;
    private bool? answering;
    private bool stopping;

    /// <summary>Starts to answer.</summary>
    /// <param name="codec">Reads, checks and writes messages.</param>
    /// <param name="sink">Sends them.</param>
    /// <param name="session">The cell engine.</param>
    /// <param name="history">The cells that ran.</param>
    /// <param name="marker">Notes the running cell for the next start.</param>
    /// <param name="log">Where dropped messages are named.</param>
    public KernelServer(WireCodec codec, IMessageSink sink, IKernelSession session, HistoryStore history,
        CrashMarker marker, KernelLog log)
    {
        this.codec = codec;
        this.log = log;
        publisher = new Publisher(codec, sink);
        pump = new OutputPump(publisher);
        input = new InputRequests(publisher);
        shellRequests = new ShellRequests(session, history, marker.Notice);
        executeRequests = new ExecuteRequests(session, history, marker, publisher, pump, input);
        commRequests = new CommRequests(session, publisher, pump);
        new Thread(() => Serve(shell, KernelChannel.Shell), CellStack) { IsBackground = true, Name = "shell" }.Start();
        new Thread(() => Serve(control, KernelChannel.Control)) { IsBackground = true, Name = "control" }.Start();
    }

    /// <summary>Ends when a client asks the kernel to end; true where a restart follows.</summary>
    public Task<bool> Ended => ended.Task;

    /// <summary>How many messages were dropped.</summary>
    public long Dropped { get; private set; }

    /// <summary>Takes a message from a channel; returns at once and never throws.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="frames">The ZeroMQ frames.</param>
    public void Receive(KernelChannel channel, IReadOnlyList<byte[]> frames)
    {
        if (!codec.TryDecode(frames, out var message, out var reason))
        {
            Dropped++;
            log.Write($"dropped a message on {channel.ToString().ToLowerInvariant()}: {reason}");
            return;
        }
        try
        {
            if (channel == KernelChannel.Shell)
                shell.Add(message);
            else if (channel == KernelChannel.Control)
                control.Add(message);
            else
                input.Receive(message);
        }
        catch (InvalidOperationException)
        {
            // The kernel is ending.
        }
    }

    /// <summary>Says the kernel's state to a client that has just subscribed to the outputs: it waits for a first
    /// message.</summary>
    public void Greet() =>
        publisher.State(MessageHeader.None, answering is null ? "starting" : answering.Value ? "busy" : "idle");

    /// <summary>Stops the cell that runs, if one does; returns at once.</summary>
    public void Interrupt()
    {
        lock (runningGate)
        {
            if (running is not { IsCancellationRequested: false } cell)
                return;
            // On its own thread: a callback of the cell must not hold up the reply.
            new Thread(() => Cancel(cell)) { IsBackground = true, Name = "interrupt" }.Start();
        }
    }

    /// <summary>Stops the cell that runs, if one does, and has the kernel end once its outputs and its reply are
    /// sent.</summary>
    public void Stop()
    {
        bool busy;
        lock (runningGate)
            (stopping, busy) = (true, answering is true);
        if (busy)
            Interrupt();
        else
            End();
    }

    /// <summary>Asks the kernel to end.</summary>
    /// <param name="restart">True where a restart follows.</param>
    public void End(bool restart = false) => ended.TrySetResult(restart);

    /// <summary>Answers the request that runs while the process ends under it.</summary>
    /// <param name="reason">Why it ends.</param>
    public void Abandon(string reason)
    {
        if (current is not { } request)
            return;
        var error = new CellError("KernelEnded", reason, [$"KernelEnded: {reason}"]);
        pump.Flush(() => publisher.Error(request.Header, error));
        if (IsRequest(request))
            Send(KernelChannel.Shell, request, Reply.Failure(request, error.Name, reason));
        publisher.State(request.Header, "idle");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        shell.CompleteAdding();
        control.CompleteAdding();
        Interrupt();
        pump.Dispose();
    }

    private void Cancel(CancellationTokenSource cell)
    {
        try
        {
            cell.Cancel();
        }
        catch (Exception error) when (error is AggregateException or ObjectDisposedException)
        {
            log.Write($"while stopping the cell: {error.GetBaseException().Message}");
        }
    }

    private void Serve(BlockingCollection<IncomingMessage> requests, KernelChannel channel)
    {
        foreach (var request in requests.GetConsumingEnumerable())
        {
            if (channel == KernelChannel.Shell && !SetAnswering(true))
                return;
            publisher.State(request.Header, "busy");
            try
            {
                Answer(channel, request);
            }
            finally
            {
                publisher.State(request.Header, "idle");
                if (channel == KernelChannel.Shell && !SetAnswering(false))
                    End();
            }
        }
    }

    /// <summary>Notes whether a request is being answered; false where the kernel is about to stop.</summary>
    private bool SetAnswering(bool value)
    {
        lock (runningGate)
        {
            answering = value;
            return !stopping;
        }
    }

    private void Answer(KernelChannel channel, IncomingMessage request)
    {
        Reply? reply;
        var interrupt = new CancellationTokenSource();
        try
        {
            if (channel == KernelChannel.Shell)
                SetRunning(request, interrupt);
            reply = Handle(channel, request, interrupt.Token);
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            reply = Reply.Failure(request, "Interrupted", "the request was interrupted");
        }
        catch (Exception error)
        {
            log.Write($"{request.Header.Type}: {error}");
            reply = Reply.Failure(request, error.GetType().Name, error.Message);
        }
        finally
        {
            if (channel == KernelChannel.Shell)
                SetRunning(null, null);
        }
        if (reply is null || !IsRequest(request))
            return;
        pump.Flush(() =>
        {
            executeRequests.Replying(reply); // first: what a client sends once it has the reply does run
            Send(channel, request, reply);
        });
        if (reply.Ends)
        {
            publisher.Broadcast(reply.Type, request.Header, reply.Content);
            End(request.Flag("restart", false));
        }
    }

    private void Send(KernelChannel channel, IncomingMessage request, Reply reply)
    {
        try
        {
            publisher.Send(channel, request, reply.Type, reply.Content);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // Text that is no Unicode; the reply that says so is plain.
            log.Write($"{request.Header.Type}: {error.Message}");
            publisher.Send(channel, request, reply.Type,
                Reply.Failure(request, error.GetType().Name, error.Message).Content);
        }
    }

    private void SetRunning(IncomingMessage? request, CancellationTokenSource? source)
    {
        lock (runningGate)
            (current, running) = (request, source);
    }

    // Everything else gets no reply.
    private static bool IsRequest(IncomingMessage message) =>
        message.Header.Type.EndsWith("_request", StringComparison.Ordinal);

    private Reply? Handle(KernelChannel channel, IncomingMessage request, CancellationToken interrupt)
    {
        switch (request.Header.Type)
        {
            case "execute_request":
                return channel == KernelChannel.Shell ? executeRequests.Execute(request, interrupt)
                    : Reply.Failure(request, "WrongChannel",
                        "cells run on the shell channel; send execute_request there");
            case "interrupt_request":
                Interrupt();
                return Reply.Ok(request);
            case "shutdown_request":
                return Reply.Ok(request, content => content.WriteBoolean("restart", request.Flag("restart", false)))
                    with
                { Ends = true };
            case "comm_open" or "comm_msg" or "comm_close" when channel == KernelChannel.Shell:
                commRequests.Receive(request, interrupt);
                return null;
            case var _ when !IsRequest(request):
                return null;
            default:
                return shellRequests.Handle(request, interrupt);
        }
    }
}
