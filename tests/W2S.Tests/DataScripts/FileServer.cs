using System.Net;
using System.Net.Sockets;
using System.Text;

namespace W2S.Tests.DataScripts;

/// <summary>A small server on this machine that can break off, ignore ranges, or serve something else.</summary>
internal sealed class FileServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<string> _requests = [];

    public FileServer()
    {
        _listener.Start();
        _ = ServeAsync();
    }

    public byte[] Content { get; set; } = [];

    /// <summary>Bytes after which the next answers break off, one number an answer; whole answers afterwards.</summary>
    public Queue<int> BreakAfter { get; } = [];

    /// <summary>Contents of the next answers, before <see cref="Content"/>.</summary>
    public Queue<byte[]> First { get; } = [];

    public bool Ranges { get; set; } = true;

    public int Status { get; set; } = 200;

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>The Range header of each request, empty where there was none.</summary>
    public string[] Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public void Dispose() => _listener.Stop();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await AnswerAsync(client.GetStream());
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
        {
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var range = "";
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            if (line.StartsWith("Range:", StringComparison.OrdinalIgnoreCase)) range = line["Range:".Length..].Trim();
        }
        lock (_requests)
        {
            _requests.Add(range);
        }
        var content = First.TryDequeue(out var other) ? other : Content;
        var start = range.Length > 0 && Ranges ? int.Parse(range["bytes=".Length..].TrimEnd('-')) : 0;
        var head = Status != 200 ? $"HTTP/1.1 {Status} No\r\nContent-Length: 0\r\n"
            : start >= content.Length && start > 0
            ? $"HTTP/1.1 416 No\r\nContent-Range: bytes */{content.Length}\r\nContent-Length: 0\r\n"
            : start > 0
            ? $"HTTP/1.1 206 Part\r\nContent-Range: bytes "
                + $"{start}-{content.Length - 1}/{content.Length}\r\nContent-Length: {content.Length - start}\r\n"
            : $"HTTP/1.1 200 OK\r\nContent-Length: {content.Length}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head + "Connection: close\r\n\r\n"));
        if (Status != 200 || (start >= content.Length && start > 0)) return;
        var rest = content[start..];
        if (BreakAfter.TryDequeue(out var most)) rest = rest[..Math.Min(most, rest.Length)];
        await stream.WriteAsync(rest);
        await stream.FlushAsync();
    }
}
