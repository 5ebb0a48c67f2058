using System.Text.Json;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Jupyter;

/// <summary>The answer to a request.</summary>
/// <param name="Type">Its type, such as <c>execute_reply</c>.</param>
/// <param name="Content">Writes its content.</param>
internal sealed record Reply(string Type, Action<Utf8JsonWriter> Content)
{
    /// <summary>True where the kernel ends after it.</summary>
    public bool Ends { get; init; }

    /// <summary>True where the cells that wait must not run.</summary>
    public bool AbortsQueue { get; init; }

    /// <summary>An answer with status ok.</summary>
    /// <param name="request">The request.</param>
    /// <param name="content">Writes the rest of the content.</param>
    /// <returns>The answer.</returns>
    public static Reply Ok(IncomingMessage request, Action<Utf8JsonWriter>? content = null) =>
        WithStatus(request, "ok", content);

    /// <summary>An answer with a status.</summary>
    /// <param name="request">The request.</param>
    /// <param name="status">The status.</param>
    /// <param name="content">Writes the rest of the content.</param>
    /// <returns>The answer.</returns>
    public static Reply WithStatus(IncomingMessage request, string status, Action<Utf8JsonWriter>? content = null) =>
        new(TypeFor(request), writer =>
        {
            writer.WriteString("status", status);
            content?.Invoke(writer);
        });

    /// <summary>An answer that says why there is none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="name">The kind of error.</param>
    /// <param name="message">One line.</param>
    /// <returns>The answer.</returns>
    public static Reply Failure(IncomingMessage request, string name, string message) =>
        WithStatus(request, "error",
            content => Publisher.Failure(content,
                new CellError(name, message.ReplaceLineEndings(" "), [$"{name}: {message}"])));

    private static string TypeFor(IncomingMessage request)
    {
        var type = request.Header.Type;
        return (type.EndsWith("_request", StringComparison.Ordinal) ? type[..^"_request".Length] : type) + "_reply";
    }
}
