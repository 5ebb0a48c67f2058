using System.Net;
using System.Text;
using System.Text.Json;

namespace W2S.Kernel.Jupyter;

/// <summary>What a Jupyter client's connection file says: where to listen and the key that signs messages.</summary>
/// <param name="Address">A loopback address.</param>
/// <param name="ShellPort">Port of the shell channel.</param>
/// <param name="ControlPort">Port of the control channel.</param>
/// <param name="StdinPort">Port of the channel on which the kernel asks for input.</param>
/// <param name="IoPubPort">Port of the channel on which outputs are broadcast.</param>
/// <param name="HeartbeatPort">Port of the echo.</param>
/// <param name="Key">Key of the signatures; empty where messages are not signed.</param>
internal sealed record ConnectionInfo(
    IPAddress Address, int ShellPort, int ControlPort, int StdinPort, int IoPubPort, int HeartbeatPort, byte[] Key)
{
    private const int LargestFile = 64 * 1024;

    /// <summary>Reads a connection file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="KernelRefusedException">The file cannot be read, is malformed or binds elsewhere than
    /// loopback.</exception>
    public static ConnectionInfo Read(string path)
    {
        byte[] json;
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > LargestFile)
                throw new KernelRefusedException(
                    $"connection file '{path}' has {stream.Length} bytes; a connection file has {LargestFile} at most");
            json = new byte[stream.Length];
            stream.ReadExactly(json);
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new KernelRefusedException($"connection file '{path}' cannot be read: {error.Message}");
        }
        return Parse(json, path);
    }

    /// <summary>Reads the text of a connection file.</summary>
    /// <param name="json">Its bytes.</param>
    /// <param name="name">How errors name the file.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="KernelRefusedException">The text is malformed or binds elsewhere than loopback.</exception>
    public static ConnectionInfo Parse(ReadOnlyMemory<byte> json, string name)
    {
        KernelRefusedException Refuse(string reason) => new($"connection file '{name}': {reason}");

        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw Refuse(
                    $"it holds a JSON {root.ValueKind.ToString().ToLowerInvariant()} where an object is needed");

            string? Text(string field) => !root.TryGetProperty(field, out var value) ? null
                : value.ValueKind == JsonValueKind.String ? value.GetString()
                : throw Refuse($"{field} is {value.GetRawText()}; give a string");

            int Port(string field) => !root.TryGetProperty(field, out var value) ? throw Refuse($"{field} is missing")
                : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var port) && port is > 0 and < 65536
                ? port
                : throw Refuse($"{field} is {value.GetRawText()}; give a port from 1 to 65535");

            if (Text("transport") is { } transport and not "tcp")
                throw Refuse($"transport is '{transport}'; this kernel speaks tcp");
            var scheme = Text("signature_scheme");
            if (scheme is not (null or "hmac-sha256"))
                throw Refuse($"signature_scheme is '{scheme}'; this kernel signs with hmac-sha256");
            var key = Encoding.UTF8.GetBytes(
                Text("key") ?? throw Refuse("key is missing; give \"\" for unsigned messages"));
            var address = Loopback(Text("ip") ?? throw Refuse("ip is missing; give 127.0.0.1"), Refuse);

            var info = new ConnectionInfo(address, Port("shell_port"), Port("control_port"), Port("stdin_port"),
                Port("iopub_port"), Port("hb_port"), key);
            int[] ports = [info.ShellPort, info.ControlPort, info.StdinPort, info.IoPubPort, info.HeartbeatPort];
            return ports.Distinct().Count() == ports.Length ? info
                : throw Refuse($"two channels share a port ({string.Join(", ", ports)}); give five different ones");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            throw Refuse($"it is not well-formed JSON: {error.Message}");
        }
    }

    /// <summary>The ZeroMQ endpoint of a port.</summary>
    /// <param name="port">The port.</param>
    /// <returns>The endpoint.</returns>
    public string Endpoint(int port) =>
        Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? $"tcp://[{Address}]:{port}"
            : $"tcp://{Address}:{port}";

    private static IPAddress Loopback(string text, Func<string, KernelRefusedException> refuse)
    {
        if (text == "localhost")
            return IPAddress.Loopback;
        // Only the plain spellings: IPAddress.TryParse takes "1", "0x7f.1" and scopes as well.
        if (!IPAddress.TryParse(text, out var address) || address.ToString() != text)
            throw refuse($"ip is '{text}', which is no IP address; give 127.0.0.1");
        return IPAddress.IsLoopback(address) && !address.IsIPv4MappedToIPv6 ? address
            : throw refuse(
                $"ip is '{text}', which other machines can reach; this kernel listens on loopback only: "
                + "give 127.0.0.1");
    }
}
