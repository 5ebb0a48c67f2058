using System.Text.Json;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Jupyter;

/// <summary>Answers the requests that run no cell.</summary>
/// <param name="session">The cell engine.</param>
/// <param name="history">The cells that ran.</param>
/// <param name="notice">What became of the kernel before; null for nothing.</param>
internal sealed class ShellRequests(IKernelSession session, HistoryStore history, string? notice)
{
    /// <summary>Answers a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="interrupt">Gives up.</param>
    /// <returns>The reply.</returns>
    public Reply Handle(IncomingMessage request, CancellationToken interrupt) => request.Header.Type switch
    {
        "kernel_info_request" => Reply.Ok(request, content => KernelInfo.Write(content, notice)),
        "complete_request" => Complete(request, interrupt),
        "inspect_request" => Inspect(request, interrupt),
        "is_complete_request" => IsComplete(request),
        "history_request" => History(request),
        "comm_info_request" => CommInfo(request),
        var type => Reply.Failure(request, "UnknownRequest", $"this kernel does not know {type}"),
    };

    private static (string Code, int Position) Cursor(IncomingMessage request)
    {
        var code = request.Text("code");
        return (code, request.Number("cursor_pos") is { } position ? CodePoints.ToUtf16(code, position) : code.Length);
    }

    private Reply Complete(IncomingMessage request, CancellationToken interrupt)
    {
        var (code, position) = Cursor(request);
        var found = session.CompleteAsync(code, position, interrupt).GetAwaiter().GetResult();
        var (start, end) = (CodePoints.FromUtf16(code, found.Start), CodePoints.FromUtf16(code, found.End));
        return Reply.Ok(request, content =>
        {
            content.WriteStartArray("matches");
            foreach (var entry in found.Entries)
                content.WriteStringValue(entry.Text);
            content.WriteEndArray();
            content.WriteNumber("cursor_start", start);
            content.WriteNumber("cursor_end", end);
            content.WriteStartObject("metadata");
            content.WriteStartArray("_jupyter_types_experimental");
            foreach (var entry in found.Entries)
            {
                content.WriteStartObject();
                content.WriteString("text", entry.Text);
                content.WriteString("type", entry.Kind);
                content.WriteNumber("start", start);
                content.WriteNumber("end", end);
                content.WriteEndObject();
            }
            content.WriteEndArray();
            content.WriteEndObject();
        });
    }

    private Reply Inspect(IncomingMessage request, CancellationToken interrupt)
    {
        var (code, position) = Cursor(request);
        var found = session.InspectAsync(code, position, interrupt).GetAwaiter().GetResult();
        return Reply.Ok(request, content =>
        {
            content.WriteBoolean("found", found is not null);
            Publisher.Data(content, found);
        });
    }

    private Reply IsComplete(IncomingMessage request)
    {
        var (status, indent) = session.CheckComplete(request.Text("code"));
        return Reply.WithStatus(request, status, content =>
        {
            if (status == "incomplete")
                content.WriteString("indent", indent);
        });
    }

    private Reply History(IncomingMessage request)
    {
        var output = request.Flag("output", false);
        var entries = request.Text("hist_access_type") switch
        {
            "range" => history.Range(request.Number("session", 0)!.Value, request.Number("start"),
                request.Number("stop")),
            "search" =>
                history.Search(request.Text("pattern", "*"), request.Number("n"), request.Flag("unique", false)),
            _ => history.Tail(request.Number("n", 1000)!.Value),
        };
        return Reply.Ok(request, content =>
        {
            content.WriteStartArray("history");
            foreach (var entry in entries)
                Write(content, entry, output);
            content.WriteEndArray();
        });
    }

    private Reply CommInfo(IncomingMessage request)
    {
        var wanted = request.Text("target_name");
        var comms = session.Comms.Where(comm => wanted.Length == 0 || comm.Value == wanted);
        return Reply.Ok(request, content =>
        {
            content.WriteStartObject("comms");
            foreach (var (id, target) in comms)
            {
                content.WriteStartObject(id);
                content.WriteString("target_name", target);
                content.WriteEndObject();
            }
            content.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter content, HistoryEntry entry, bool output)
    {
        content.WriteStartArray();
        content.WriteNumberValue(entry.Session);
        content.WriteNumberValue(entry.Line);
        if (output)
        {
            content.WriteStartArray();
            content.WriteStringValue(entry.Input);
            content.WriteStringValue(entry.Output); // null becomes JSON's null
            content.WriteEndArray();
        }
        else
        {
            content.WriteStringValue(entry.Input);
        }
        content.WriteEndArray();
    }
}
