using System.Runtime.InteropServices;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Jupyter;

/// <summary>The verb <c>jupyter</c>: serves the clients that a connection file names, until one of them ends
/// it.</summary>
public static class JupyterCommand
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(2);

    /// <summary>Runs the kernel.</summary>
    /// <param name="args"><c>--connection-file FILE</c>.</param>
    /// <returns>The exit status: 0 when ended by a client, 143 by SIGTERM, 2 when it could not start.</returns>
    public static int Run(string[] args)
    {
        InterruptSignal.Restore();
        var log = new KernelLog();
        try
        {
            if (args is not ["--connection-file", var file])
                throw new KernelRefusedException("give the client's connection file: jupyter --connection-file FILE");
            Serve(ConnectionInfo.Read(file), log);
            return 0;
        }
        catch (KernelRefusedException refused)
        {
            log.Write(refused.Message);
            return 2;
        }
    }

    private static void Serve(ConnectionInfo info, KernelLog log)
    {
        var folder = Environment.CurrentDirectory;
        var session = new EngineSession(folder);
        var transport = new NetMqTransport(info);
        if (info.Key.Length == 0)
            log.Write("the connection file has no key: messages are not signed, and any process of this machine can "
                + "run cells");
        var (history, marker) = OpenState(folder, log);
        if (marker.Notice is { } notice)
            log.Write(notice);
        var server = new KernelServer(new WireCodec(info.Key), transport, session, history, marker, log);
        transport.Start(server.Receive, server.Greet);
        PoolWatch.Begin();
        session.Open(); // it warms up: on few cores the server would be there later

        using var interrupt =
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => On(context, server.Interrupt));
        var asked = false;
        using var signals = new StopSignals(Stop, () => server.End(), PosixSignal.SIGTERM);
        ParentWatch.Begin(() =>
        {
            if (signals.Came)
                return; // the parent was stopped by the same signal; the cell has its time to end
            log.Write("the process that started this kernel has ended; the kernel ends too");
            server.End();
        });
        if (marker.ErrorCopy is { } copy)
            new Thread(() => ErrorCopy.Begin(copy, log)) { IsBackground = true }.Start();
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            if (Volatile.Read(ref asked))
                return;
            Explain($"Environment.Exit({Environment.ExitCode}) was called: the kernel has ended");
        };
        AppDomain.CurrentDomain.UnhandledException += (_, error) =>
            Explain($"{error.ExceptionObject.GetType().Name} was thrown outside the cell's own thread: the kernel has "
                + "ended");

        server.Ended.Wait();
        Volatile.Write(ref asked, true);
        EndWithin(LongestEnd);
        server.Dispose();
        marker.Dispose();
        history.Dispose();
        transport.Dispose();
        NetMQ.NetMQConfig.Cleanup(block: true); // what was sent last must leave before the process does
        // a cell may have left threads that would keep the process
        Environment.Exit(signals.Came ? signals.ExitCode : 0);

        void Stop()
        {
            Volatile.Write(ref asked, true);
            session.Wait(StopSignals.Patience);
            server.Stop();
        }

        void Explain(string reason)
        {
            if (marker.Fail(reason) is not { } line)
                return;
            log.Write(line);
            history.Dispose();
            server.Abandon(reason);
            transport.Drain(TimeSpan.FromMilliseconds(500));
            Thread.Sleep(100); // the sockets' own thread takes it from there
        }
    }

    private static (HistoryStore History, CrashMarker Marker) OpenState(string folder, KernelLog log)
    {
        try
        {
            var (state, name) = (StateFolder.Find(), StateFolder.NameOf(folder));
            return (new HistoryStore(Path.Combine(state, "history", name + ".jsonl"), log),
                new CrashMarker(Path.Combine(state, "running"), name));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.Write($"no history is kept: {error.Message}");
            return (new HistoryStore(null, log), new CrashMarker());
        }
    }

    private static void On(PosixSignalContext context, Action action)
    {
        context.Cancel = true;
        action();
    }

    // Ending waits for nothing that a cell may hold.
    private static void EndWithin(TimeSpan time) => new Thread(() =>
    {
        Thread.Sleep(time);
        System.Diagnostics.Process.GetCurrentProcess().Kill();
    })
    { IsBackground = true, Name = "end" }.Start();
}
