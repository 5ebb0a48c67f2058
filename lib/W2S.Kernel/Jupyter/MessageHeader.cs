using System.Text.Json;

namespace W2S.Kernel.Jupyter;

/// <summary>The header of a message that came in.</summary>
/// <param name="Id">Names the message.</param>
/// <param name="Type">What it asks, such as <c>execute_request</c>.</param>
/// <param name="Session">Names the client's session.</param>
/// <param name="Raw">The header's JSON as it came: the parent header of every answer.</param>
internal sealed record MessageHeader(string Id, string Type, string Session, byte[] Raw)
{
    /// <summary>The parent of messages that answer nothing.</summary>
    public static MessageHeader None { get; } = new("", "", "", "{}"u8.ToArray());
}

/// <summary>A message that came in, its signature checked.</summary>
/// <param name="Identities">ZeroMQ routing frames: where the answer goes.</param>
/// <param name="Header">Its header.</param>
/// <param name="Content">Its content, an object.</param>
/// <param name="Received">When it came, in ticks of <see cref="System.Diagnostics.Stopwatch"/>.</param>
internal sealed record IncomingMessage(byte[][] Identities, MessageHeader Header, JsonElement Content, long Received)
{
    /// <summary>A string of the content, or a default where it is absent or something else.</summary>
    /// <param name="field">Its name.</param>
    /// <param name="otherwise">The default.</param>
    /// <returns>The string.</returns>
    public string Text(string field, string otherwise = "") =>
        Content.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()!
            : otherwise;

    /// <summary>A boolean of the content, or a default.</summary>
    /// <param name="field">Its name.</param>
    /// <param name="otherwise">The default.</param>
    /// <returns>The boolean.</returns>
    public bool Flag(string field, bool otherwise) =>
        !Content.TryGetProperty(field, out var value) ? otherwise : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => value.TryGetInt32(out var number) ? number != 0 : otherwise,
            _ => otherwise,
        };

    /// <summary>An integer of the content, or a default.</summary>
    /// <param name="field">Its name.</param>
    /// <param name="otherwise">The default.</param>
    /// <returns>The integer.</returns>
    public int? Number(string field, int? otherwise = null) =>
        Content.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out var number) ? number : otherwise;
}
