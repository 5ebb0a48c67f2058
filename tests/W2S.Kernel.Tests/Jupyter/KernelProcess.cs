using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using NetMQ;
using NetMQ.Sockets;
using W2S.Kernel.Jupyter;

namespace W2S.Kernel.Tests.Jupyter;

/// <summary>The built kernel as a process, with a client at its sockets.</summary>
internal sealed class KernelProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DealerSocket shell = new();
    private readonly DealerSocket control = new();
    private readonly SubscriberSocket iopub = new();
    private readonly StringBuilder errors = new();
    private int ids;

    public KernelProcess(JupyterHome home, string? wrapper = null)
    {
        var ports = FreePorts();
        var file = Path.Combine(home.Path, $"connection-{Guid.NewGuid():N}.json");
        File.WriteAllText(file, new JsonObject
        {
            ["ip"] = "127.0.0.1",
            ["transport"] = "tcp",
            ["key"] = Encoding.UTF8.GetString(ServerHarness.Key),
            ["signature_scheme"] = "hmac-sha256",
            ["shell_port"] = ports[0],
            ["control_port"] = ports[1],
            ["iopub_port"] = ports[2],
            ["stdin_port"] = ports[3],
            ["hb_port"] = ports[4],
        }.ToJsonString());
        string[] command = ["dotnet", JupyterHome.Program, "jupyter", "--connection-file", file];
        var start = wrapper is null ? home.Start(command[0], command[1..])
            : home.Start("/bin/sh", ["-c", wrapper, .. command]);
        Process = Process.Start(start)!;
        Process.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
                errors.AppendLine(line.Data);
        };
        Process.BeginErrorReadLine();
        iopub.Connect($"tcp://127.0.0.1:{ports[2]}");
        iopub.SubscribeToAnyTopic();
        iopub.Options.ReceiveHighWatermark = 0;
        control.Connect($"tcp://127.0.0.1:{ports[1]}");
        shell.Connect($"tcp://127.0.0.1:{ports[0]}");
        Next(sent => sent.Type == "status"); // the greeting: outputs arrive from here on
    }

    public Process Process { get; }

    public string Errors
    {
        get
        {
            lock (errors)
                return errors.ToString();
        }
    }

    public string Send(string type, JsonObject content, bool onControl = false)
    {
        var id = $"p{++ids}";
        (onControl ? control : shell).SendMultipartBytes(ServerHarness.Frames(type, content, id)[1..]);
        return id;
    }

    public string Execute(string code) => Send("execute_request", new JsonObject { ["code"] = code });

    /// <summary>Runs a cell to its end.</summary>
    public (JsonObject Reply, List<Sent> Outputs) Run(string code) => End(Execute(code));

    /// <summary>Waits for a cell's end.</summary>
    public (JsonObject Reply, List<Sent> Outputs) End(string id)
    {
        var outputs = new List<Sent>();
        Sent sent;
        do
        {
            sent = Receive(iopub, KernelChannel.IoPub);
            if (sent.ParentId == id)
                outputs.Add(sent);
        }
        while (!(sent.ParentId == id && sent.Type == "status" && (string?)sent.Content["execution_state"] == "idle"));
        Sent reply;
        do
            reply = Receive(shell, KernelChannel.Shell);
        while (reply.ParentId != id);
        return (reply.Content, outputs);
    }

    public Sent Next(Func<Sent, bool> wanted)
    {
        while (true)
        {
            if (Receive(iopub, KernelChannel.IoPub) is var sent && wanted(sent))
                return sent;
        }
    }

    public void WaitForEnd() => Assert.True(Process.WaitForExit(Patience), $"the kernel did not end:\n{Errors}");

    public bool Says(string text)
    {
        for (var wait = Stopwatch.StartNew(); wait.Elapsed < Patience; Thread.Sleep(50))
        {
            if (Errors.Contains(text))
                return true;
        }
        return false;
    }

    public static string Text(IEnumerable<Sent> outputs, string stream = "stdout") => string.Concat(
        outputs.Where(sent => sent.Type == "stream" && (string?)sent.Content["name"] == stream)
            .Select(sent => (string?)sent.Content["text"]));

    public void Dispose()
    {
        if (!Process.HasExited)
        {
            Send("shutdown_request", [], onControl: true);
            if (!Process.WaitForExit(5000))
                Process.Kill(entireProcessTree: true);
        }
        shell.Dispose();
        control.Dispose();
        iopub.Dispose();
        Process.Dispose();
    }

    public static int[] FreePorts()
    {
        var listeners = Enumerable.Range(0, 5).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Stop());
        return ports;
    }

    private Sent Receive(NetMQSocket socket, KernelChannel channel)
    {
        List<byte[]>? frames = null;
        Assert.True(socket.TryReceiveMultipartBytes(Patience, ref frames!),
            $"nothing came on {channel}; the kernel's log:\n{Errors}");
        return ServerHarness.Read(channel, frames);
    }
}
