using System.Text.Json;
using W2S.Kernel.Engine;

namespace W2S.Kernel.Jupyter;

/// <summary>Writes what the kernel says: broadcasts on iopub and replies.</summary>
/// <param name="codec">Writes and signs.</param>
/// <param name="sink">Sends.</param>
internal sealed class Publisher(WireCodec codec, IMessageSink sink)
{
    private static readonly byte[][] NoTopic = [];

    /// <summary>Says whether the kernel works on a message.</summary>
    /// <param name="parent">The message.</param>
    /// <param name="state"><c>busy</c>, <c>idle</c> or <c>starting</c>.</param>
    public void State(MessageHeader parent, string state) =>
        Broadcast("status", parent, content => content.WriteString("execution_state", state));

    /// <summary>Echoes the code of a cell that starts.</summary>
    /// <param name="parent">The request.</param>
    /// <param name="code">The code.</param>
    /// <param name="count">The cell's number.</param>
    public void Input(MessageHeader parent, string code, int count) =>
        Broadcast("execute_input", parent, content =>
        {
            content.WriteString("code", code);
            content.WriteNumber("execution_count", count);
        });

    /// <summary>Text of a standard stream.</summary>
    /// <param name="parent">The request that ran the cell.</param>
    /// <param name="stream">Which stream.</param>
    /// <param name="text">The text.</param>
    public void Stream(MessageHeader parent, OutputStream stream, string text) =>
        Broadcast("stream", parent, content =>
        {
            content.WriteString("name", stream == OutputStream.Out ? "stdout" : "stderr");
            content.WriteString("text", text);
        });

    /// <summary>Shows a value or replaces one.</summary>
    /// <param name="parent">The request that ran the cell.</param>
    /// <param name="bundle">The value.</param>
    /// <param name="displayId">Its name.</param>
    /// <param name="update">True to replace.</param>
    public void Display(MessageHeader parent, MimeBundle bundle, string displayId, bool update) =>
        Broadcast(update ? "update_display_data" : "display_data", parent, content =>
        {
            Data(content, bundle);
            content.WriteStartObject("transient");
            content.WriteString("display_id", displayId);
            content.WriteEndObject();
        });

    /// <summary>The value of a cell.</summary>
    /// <param name="parent">The request that ran it.</param>
    /// <param name="bundle">The value.</param>
    /// <param name="count">The cell's number.</param>
    public void Result(MessageHeader parent, MimeBundle bundle, int count) =>
        Broadcast("execute_result", parent, content =>
        {
            content.WriteNumber("execution_count", count);
            Data(content, bundle);
        });

    /// <summary>Removes a cell's outputs.</summary>
    /// <param name="parent">The request that ran it.</param>
    /// <param name="wait">True to wait for the next output.</param>
    public void Clear(MessageHeader parent, bool wait) =>
        Broadcast("clear_output", parent, content => content.WriteBoolean("wait", wait));

    /// <summary>Why a cell stopped.</summary>
    /// <param name="parent">The request that ran it.</param>
    /// <param name="error">Why.</param>
    public void Error(MessageHeader parent, CellError error) =>
        Broadcast("error", parent, content => Failure(content, error));

    /// <summary>What a widget says to its twins in front ends.</summary>
    /// <param name="parent">The request that ran the cell.</param>
    /// <param name="message">The message.</param>
    public void Comm(MessageHeader parent, CommMessage message) =>
        Broadcast(message.Type, parent, content =>
        {
            content.WriteString("comm_id", message.Id);
            if (message.Target.Length > 0)
                content.WriteString("target_name", message.Target);
            content.WritePropertyName("data");
            message.Data.WriteTo(content);
        }, message.Version.Length == 0 ? null : metadata => metadata.WriteString("version", message.Version));

    /// <summary>Sends to every subscriber.</summary>
    /// <param name="type">What it says.</param>
    /// <param name="parent">What it answers.</param>
    /// <param name="content">Writes its content.</param>
    /// <param name="metadata">Writes its metadata; null for none.</param>
    public void Broadcast(string type, MessageHeader parent, Action<Utf8JsonWriter> content,
        Action<Utf8JsonWriter>? metadata = null) =>
        sink.Send(KernelChannel.IoPub, codec.Encode(NoTopic, type, parent, content, metadata));

    /// <summary>Sends to one client.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="request">The request whose sender is meant.</param>
    /// <param name="type">What it says.</param>
    /// <param name="content">Writes its content.</param>
    public void Send(KernelChannel channel, IncomingMessage request, string type, Action<Utf8JsonWriter> content) =>
        sink.Send(channel, codec.Encode(request.Identities, type, request.Header, content));

    /// <summary>Writes <c>data</c> and <c>metadata</c>.</summary>
    /// <param name="content">Where.</param>
    /// <param name="bundle">The value; null for none.</param>
    public static void Data(Utf8JsonWriter content, MimeBundle? bundle)
    {
        content.WriteStartObject("data");
        foreach (var (mime, value) in bundle ?? [])
        {
            content.WritePropertyName(mime);
            value.WriteTo(content);
        }
        content.WriteEndObject();
        content.WriteStartObject("metadata");
        content.WriteEndObject();
    }

    /// <summary>Writes <c>ename</c>, <c>evalue</c> and <c>traceback</c>.</summary>
    /// <param name="content">Where.</param>
    /// <param name="error">What went wrong.</param>
    public static void Failure(Utf8JsonWriter content, CellError error)
    {
        content.WriteString("ename", error.Name);
        content.WriteString("evalue", error.Message);
        content.WriteStartArray("traceback");
        foreach (var line in error.Traceback)
            content.WriteStringValue(line);
        content.WriteEndArray();
    }
}
