using System.Diagnostics;
using System.IO.Pipes;
using System.Text.Json.Nodes;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>Runs cells in a worker process, so that the run's outputs outlive whatever a cell does to its
/// process.</summary>
internal sealed class WorkerProcess : ICellRunner, IDisposable
{
    /// <summary>How long an interrupted cell has before its process is ended.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(600);

    private static readonly TimeSpan Unheard = TimeSpan.FromSeconds(2); // a busy machine

    private readonly WorkerChannel channel;
    private readonly Process process;
    private readonly RawOutput raw;
    private volatile bool ended;
    private volatile Turn? turn;

    private WorkerProcess(NamedPipeServerStream pipe, Process process, RawOutput raw)
    {
        (this.process, this.raw) = (process, raw);
        channel = new WorkerChannel(pipe);
        new Thread(Listen) { IsBackground = true, Name = "worker's messages" }.Start();
    }

    /// <summary>Starts the process.</summary>
    /// <param name="folder">Its working directory: the notebook's folder.</param>
    /// <param name="environment">Variables to set for it.</param>
    /// <exception cref="NotebookException">It did not start.</exception>
    public static WorkerProcess Start(string folder, IReadOnlyDictionary<string, string> environment)
    {
        var name = $"w2s-{Environment.ProcessId}-{Guid.NewGuid():N}";
        var pipe = new NamedPipeServerStream(
            name, PipeDirection.InOut, 1, PipeTransmissionMode.Byte,
            PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        var start = new ProcessStartInfo(DotnetHost())
        {
            ArgumentList = { typeof(WorkerProcess).Assembly.Location, "worker", name },
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in environment)
            start.Environment[key] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        var raw = new RawOutput(process, mark: name);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var exit = process.WaitForExitAsync(patience.Token);
            var connected = pipe.WaitForConnectionAsync(patience.Token);
            if (Task.WaitAny([connected, exit], patience.Token) == 1)
                throw new NotebookException($"the worker process did not start: {raw.Words()}");
            return new(pipe, process, raw);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new NotebookException(
                "the worker process did not start within 60 s; try again on a less busy machine");
        }
    }

    /// <inheritdoc/>
    public async Task<CellResult> RunAsync(string code, ICellHost host, string language, CancellationToken interrupt)
    {
        var started = Stopwatch.GetTimestamp();
        var current = new Turn(host);
        turn = current;
        raw.Redirect(host);
        try
        {
            channel.Send(new() { ["op"] = "run", ["code"] = code, ["language"] = language });
        }
        catch (IOException)
        {
            // the process is gone: its end is reported below
        }
        if (ended)
            current.Done.TrySetResult(null);
        using var registration = interrupt.Register(() => _ = StopAsync(current));
        var result = await current.Done.Task;
        if (result is not null)
            await raw.CellEndedAsync();
        turn = null;
        return result ?? new CellResult(
            interrupt.IsCancellationRequested ? WorkerEnd.Stopped : WorkerEnd.Explain(process, raw),
            Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Ends the worker process and all that it started.</summary>
    public void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // it has ended
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        channel.Dispose(); // the worker ends when its channel does
        if (!process.WaitForExit(2000))
            Kill();
        process.Dispose();
    }

    private async Task StopAsync(Turn current)
    {
        try
        {
            channel.Send(new() { ["op"] = "interrupt" });
        }
        catch (IOException)
        {
            return;
        }
        var heeds = current.Heeds.Task;
        await Task.WhenAny(current.Done.Task, heeds, Task.Delay(Unheard));
        var grace = heeds.IsCompletedSuccessfully && await heeds ? StopSignals.Patience + Grace : Grace;
        if (await Task.WhenAny(current.Done.Task, Task.Delay(grace)) != current.Done.Task)
            Kill();
    }

    private void Listen()
    {
        while (channel.Receive() is { } message)
        {
            if (turn is { } current)
                Take(message, current);
        }
        process.WaitForExit(2000);
        ended = true;
        turn?.Done.TrySetResult(null);
    }

    private void Take(JsonObject message, Turn current)
    {
        switch (message["op"]!.GetValue<string>())
        {
            case "write":
                var stream = message["error"]!.GetValue<bool>() ? OutputStream.Error : OutputStream.Out;
                current.Host.Write(stream, message["text"]!.GetValue<string>());
                break;
            case "display":
                current.Host.Display(
                    WorkerMessages.Bundle(message), message["id"]!.GetValue<string>(),
                    message["update"]!.GetValue<bool>());
                break;
            case "result":
                current.Host.Result(WorkerMessages.Bundle(message));
                break;
            case "clear":
                current.Host.Clear(message["wait"]!.GetValue<bool>());
                break;
            case "ask":
                // On a thread of its own: a reader who stops the cell instead of answering must be heard.
                new Thread(() => Ask(message, current)) { IsBackground = true, Name = "question" }.Start();
                break;
            case "stopping":
                current.Heeds.TrySetResult(message["heeds"]!.GetValue<bool>());
                break;
            case "done":
                current.Done.TrySetResult(WorkerMessages.Result(message));
                break;
        }
    }

    private void Ask(JsonObject message, Turn current)
    {
        var text = current.Host.ReadLine(message["prompt"]!.GetValue<string>(), message["password"]!.GetValue<bool>());
        if (turn != current)
            return; // the cell that asked has been stopped
        try
        {
            channel.Send(new() { ["op"] = "answer", ["text"] = text });
        }
        catch (IOException)
        {
            // the process is gone: its end is reported with the cell
        }
    }

    private static string DotnetHost()
    {
        var own = Environment.ProcessPath;
        return own is not null && Path.GetFileNameWithoutExtension(own) == "dotnet"
            ? own
            : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
    }

    private sealed record Turn(ICellHost Host)
    {
        /// <summary>Whether the cell, asked to stop, may end by itself.</summary>
        public TaskCompletionSource<bool> Heeds { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The cell's result; null where the process ended first.</summary>
        public TaskCompletionSource<CellResult?> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
