using System.Collections.Concurrent;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using W2S.Kernel.Engine;
using W2S.Kernel.Engine.Output;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>
/// The worker process: holds the session and runs the cells that the runner sends. Should a cell end the process, the
/// runner lives on, says why and keeps the outputs.
/// </summary>
internal static class CellWorker
{
    /// <summary>Runs until the runner closes the channel.</summary>
    /// <param name="pipeName">The channel's name; as a line of both standard streams it marks the end of a
    /// cell.</param>
    /// <param name="open">Opens what runs the cells.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string pipeName, Func<ICellRunner> open)
    {
        // Ctrl-C reaches every process of the terminal: the runner decides, and tells this one.
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        // So may SIGTERM, or it comes to this one alone: the cell stops, and the runner collects what it leaves.
        var interrupt = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            interrupt.Cancel();
        });
        using var pipe = new NamedPipeClientStream(".", pipeName, PipeDirection.InOut, PipeOptions.Asynchronous);
        pipe.Connect(10_000);
        using var channel = new WorkerChannel(pipe);
        using var commands = new BlockingCollection<JsonObject>();
        var host = new ChannelHost(channel);
        ICellRunner? runner = null;
        new Thread(() => Listen(channel, commands, host, Interrupt)) { IsBackground = true }.Start();

        void Interrupt()
        {
            channel.Send(new() { ["op"] = "stopping", ["heeds"] = Volatile.Read(ref runner) is { HeedsStop: true } });
            interrupt.Cancel();
        }

        Volatile.Write(ref runner, open());
        foreach (var command in commands.GetConsumingEnumerable())
        {
            var result = runner.RunAsync(
                command["code"]!.GetValue<string>(), host, command["language"]!.GetValue<string>(), interrupt.Token)
                .GetAwaiter().GetResult();
            HostConsole.Out.WriteLine(pipeName);
            HostConsole.Error.WriteLine(pipeName);
            channel.Send(WorkerMessages.Done(result));
        }
        return 0;
    }

    private static void Listen(
        WorkerChannel channel, BlockingCollection<JsonObject> commands, ChannelHost host, Action interrupt)
    {
        while (channel.Receive() is { } message)
        {
            switch (message["op"]!.GetValue<string>())
            {
                case "run":
                    commands.Add(message);
                    break;
                case "interrupt":
                    interrupt();
                    break;
                case "answer":
                    host.Answers.Add(message["text"]?.GetValue<string>());
                    break;
            }
        }
        Environment.Exit(0); // the runner is done or gone; a cell that still runs has nobody to run for
    }

    private sealed class ChannelHost(WorkerChannel channel) : ICellHost
    {
        private const int Chunk = 1 << 20;

        public BlockingCollection<string?> Answers { get; } = [];

        public void Write(OutputStream stream, string text)
        {
            for (var start = 0; start < text.Length; start += Chunk)
            {
                var part = text.Substring(start, Math.Min(Chunk, text.Length - start));
                channel.Send(new() { ["op"] = "write", ["error"] = stream == OutputStream.Error, ["text"] = part });
            }
        }

        public void Display(MimeBundle bundle, string displayId, bool update) => channel.Send(
            new()
            {
                ["op"] = "display",
                ["data"] = WorkerMessages.Data(bundle),
                ["id"] = displayId,
                ["update"] = update
            });

        public void Result(MimeBundle bundle) =>
            channel.Send(new() { ["op"] = "result", ["data"] = WorkerMessages.Data(bundle) });

        public void Clear(bool wait) => channel.Send(new() { ["op"] = "clear", ["wait"] = wait });

        public string? ReadLine(string prompt, bool password)
        {
            channel.Send(new() { ["op"] = "ask", ["prompt"] = prompt, ["password"] = password });
            return Answers.Take();
        }
    }
}
