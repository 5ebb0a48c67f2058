using System.Diagnostics;
using System.Text.Json;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Jupyter;

/// <summary>Runs cells for <c>execute_request</c>.</summary>
internal sealed class ExecuteRequests(
    IKernelSession session, HistoryStore history, CrashMarker marker, Publisher publisher, OutputPump pump,
    InputRequests input)
{
    private readonly ICellHost quiet = new QuietCellHost();
    private int count;
    private long abortUntil;
    private string? notice = marker.Notice;

    /// <summary>Runs a cell, or aborts it where it came before the reply to one that failed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="interrupt">Stops the cell.</param>
    /// <returns>The reply.</returns>
    public Reply Execute(IncomingMessage request, CancellationToken interrupt)
    {
        if (request.Received < abortUntil)
            return Reply.WithStatus(request, "aborted", content =>
            {
                content.WriteNumber("execution_count", count);
                Publisher.Failure(content, new CellError("Aborted", "a cell before this one failed", []));
            });
        if (!request.Content.TryGetProperty("code", out var value) || value.ValueKind != JsonValueKind.String)
            return Reply.Failure(request, "BadRequest", "execute_request has no code; give a string");

        var code = value.GetString()!;
        var silent = request.Flag("silent", false);
        var stored = request.Flag("store_history", true) && !silent;
        if (stored)
            count++;
        if (Pager.Topic(code) is { } topic)
            return Page(request, topic, code, silent, stored, interrupt);
        if (!silent)
            Begin(request, code);
        var host = new JupyterCellHost(request, count, publisher, pump,
            request.Flag("allow_stdin", true) ? input : null, interrupt);
        var result = Run(code, silent ? quiet : host, interrupt);
        pump.Flush();
        if (stored)
            history.Add(count, code, host.ResultText);
        return result.Error is { } error
            ? Failed(request, error, silent)
            : Reply.Ok(request, Succeeded(request, writer => Empty(writer, "payload", array: true), interrupt));
    }

    /// <summary>Notes that a reply is about to leave: after a failed cell, the cells that came until now do not
    /// run.</summary>
    /// <param name="reply">The reply.</param>
    public void Replying(Reply reply)
    {
        if (reply.AbortsQueue)
            abortUntil = Stopwatch.GetTimestamp();
    }

    private static void Empty(Utf8JsonWriter content, string name, bool array)
    {
        content.WritePropertyName(name);
        content.WriteRawValue(array ? "[]" : "{}");
    }

    private void Begin(IncomingMessage request, string code)
    {
        publisher.Input(request.Header, code, count);
        if (notice is not null)
            publisher.Stream(request.Header, OutputStream.Error, notice + "\n");
        notice = null;
    }

    private CellResult Run(string code, ICellHost host, CancellationToken interrupt)
    {
        marker.Enter(count, code);
        try
        {
            return session.RunAsync(code, host, interrupt).GetAwaiter().GetResult();
        }
        finally
        {
            marker.Leave();
        }
    }

    private Reply Failed(IncomingMessage request, CellError error, bool silent)
    {
        if (!silent)
            publisher.Error(request.Header, error);
        return Reply.WithStatus(request, "error", content =>
        {
            content.WriteNumber("execution_count", count);
            Publisher.Failure(content, error);
            Empty(content, "user_expressions", array: false);
            Empty(content, "payload", array: true);
        }) with
        { AbortsQueue = !silent && request.Flag("stop_on_error", true) };
    }

    private Action<Utf8JsonWriter> Succeeded(IncomingMessage request, Action<Utf8JsonWriter> payload,
        CancellationToken interrupt)
    {
        var values = new List<(string Name, MimeBundle? Value, CellError? Error)>();
        if (request.Content.TryGetProperty("user_expressions", out var expressions)
            && expressions.ValueKind == JsonValueKind.Object)
        {
            foreach (var expression in expressions.EnumerateObject())
            {
                var host = new QuietCellHost();
                var error = expression.Value.ValueKind == JsonValueKind.String
                    ? Run(expression.Value.GetString()!, host, interrupt).Error
                    : new CellError("BadRequest", $"the user expression '{expression.Name}' is not a string", []);
                values.Add((expression.Name, host.Value, error));
            }
        }
        return content =>
        {
            content.WriteNumber("execution_count", count);
            payload(content);
            content.WriteStartObject("user_expressions");
            foreach (var (name, value, error) in values)
            {
                content.WriteStartObject(name);
                content.WriteString("status", error is null ? "ok" : "error");
                if (error is null)
                    Publisher.Data(content, value);
                else
                    Publisher.Failure(content, error);
                content.WriteEndObject();
            }
            content.WriteEndObject();
        };
    }

    private Reply Page(IncomingMessage request, string topic, string code, bool silent, bool stored,
        CancellationToken interrupt)
    {
        if (!silent)
            Begin(request, code);
        if (stored)
            history.Add(count, code, null);
        var found = session.InspectAsync(topic, topic.Length, interrupt).GetAwaiter().GetResult();
        if (found is null)
            return Failed(request,
                new CellError("NotFound", $"nothing is known about '{topic}'",
                    [$"NotFound: nothing is known about '{topic}'"]), silent);
        return Reply.Ok(request, Succeeded(request, content => Pager.Payload(content, found), interrupt));
    }
}
