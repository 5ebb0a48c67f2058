using System.Text.Json;
using System.Text.Json.Nodes;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Jupyter;

/// <summary>Takes what clients say of their widgets.</summary>
/// <param name="session">The cell engine.</param>
/// <param name="publisher">Broadcasts.</param>
/// <param name="pump">Gathers text.</param>
internal sealed class CommRequests(IKernelSession session, Publisher publisher, OutputPump pump)
{
    /// <summary>Has the widget's handlers run; an error of theirs is shown.</summary>
    /// <param name="request"><c>comm_open</c>, <c>comm_msg</c> or <c>comm_close</c>.</param>
    /// <param name="interrupt">Stops them.</param>
    public void Receive(IncomingMessage request, CancellationToken interrupt)
    {
        var data = request.Content.TryGetProperty("data", out var sent) && sent.ValueKind == JsonValueKind.Object
            ? JsonObject.Create(sent)! : [];
        var message = new CommMessage(request.Header.Type, request.Text("comm_id"), data)
        {
            Target = request.Text("target_name"),
        };
        var host = new JupyterCellHost(request, 0, publisher, pump, input: null, interrupt);
        var result = session.ReceiveAsync(message, host, interrupt).GetAwaiter().GetResult();
        pump.Flush(() =>
        {
            if (result.Error is { } error)
                publisher.Error(request.Header, error);
        });
    }
}
