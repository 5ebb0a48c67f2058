using System.IO.Pipes;
using System.Text;
using System.Text.Json.Nodes;

namespace W2S.Kernel.Notebooks.Running;

/// <summary>The line between the runner and its worker process: one JSON object a line, both ways.</summary>
/// <param name="pipe">The connected pipe.</param>
internal sealed class WorkerChannel(PipeStream pipe) : IDisposable
{
    private static readonly System.Text.Json.JsonDocumentOptions Deep = new() { MaxDepth = 256 };
    private static readonly System.Text.Json.JsonSerializerOptions DeepToo = new() { MaxDepth = 256 };
    private readonly StreamReader reader = new(pipe, new UTF8Encoding(false), false, 1 << 16, leaveOpen: true);
    private readonly StreamWriter writer = new(pipe, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
    private readonly Lock gate = new();

    public void Send(JsonObject message)
    {
        var line = message.ToJsonString(DeepToo);
        lock (gate)
        {
            writer.Write(line);
            writer.Write('\n');
            writer.Flush();
        }
    }

    /// <summary>The next message, or null where the other side is gone.</summary>
    public JsonObject? Receive()
    {
        try
        {
            return reader.ReadLine() is { } line ? JsonNode.Parse(line, documentOptions: Deep) as JsonObject : null;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    public void Dispose() => pipe.Dispose();
}
