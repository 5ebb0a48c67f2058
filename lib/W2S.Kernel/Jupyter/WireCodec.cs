using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace W2S.Kernel.Jupyter;

/// <summary>Turns ZeroMQ frames into messages and back: identities, delimiter, signature, header, parent, metadata,
/// content.</summary>
/// <param name="key">Key of the signatures; empty for none.</param>
internal sealed class WireCodec(byte[] key)
{
    /// <summary>The version of the messaging protocol that this kernel speaks.</summary>
    public const string ProtocolVersion = "5.4";

    private static readonly byte[] Delimiter = "<IDS|MSG>"u8.ToArray();
    private static readonly JsonWriterOptions Plain =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ReplayGuard replays = new();
    private readonly string session = Guid.NewGuid().ToString("N");
    private long sent;

    /// <summary>Reads a message.</summary>
    /// <param name="frames">What came over the wire.</param>
    /// <param name="message">The message.</param>
    /// <param name="reason">Why it was dropped.</param>
    /// <returns>False where the message must be dropped.</returns>
    public bool TryDecode(IReadOnlyList<byte[]> frames, [NotNullWhen(true)] out IncomingMessage? message,
        [NotNullWhen(false)] out string? reason)
    {
        message = null;
        var delimiter = 0;
        while (delimiter < frames.Count && !frames[delimiter].AsSpan().SequenceEqual(Delimiter))
            delimiter++;
        if (delimiter == frames.Count)
            reason = "it has no delimiter frame";
        else if (frames.Count < delimiter + 6)
            reason = $"it has {frames.Count - delimiter - 1} frames after the delimiter; a message has 5 or more";
        else if ((reason = CheckSignature(frames, delimiter + 1)) is null)
            message = Parse(frames, delimiter, out reason);
        return message is not null && reason is null;
    }

    /// <summary>Writes a message.</summary>
    /// <param name="identities">Routing frames.</param>
    /// <param name="type">What it says, such as <c>execute_reply</c>.</param>
    /// <param name="parent">The header of the message that it answers.</param>
    /// <param name="content">Writes the members of the content.</param>
    /// <param name="metadata">Writes the members of the metadata; null for none.</param>
    /// <returns>The frames.</returns>
    public byte[][] Encode(IReadOnlyList<byte[]> identities, string type, MessageHeader parent,
        Action<Utf8JsonWriter> content, Action<Utf8JsonWriter>? metadata = null)
    {
        var frames = new byte[identities.Count + 6][];
        for (var i = 0; i < identities.Count; i++)
            frames[i] = identities[i];
        var at = identities.Count;
        frames[at] = Delimiter;
        frames[at + 2] = Write(writer => WriteHeader(writer, type));
        frames[at + 3] = parent.Raw;
        frames[at + 4] = metadata is null ? "{}"u8.ToArray() : Write(metadata);
        frames[at + 5] = Write(content);
        frames[at + 1] = key.Length == 0 ? [] : Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Sign(frames, at + 2)));
        return frames;
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private void WriteHeader(Utf8JsonWriter writer, string type)
    {
        writer.WriteString("msg_id", $"{session}_{Interlocked.Increment(ref sent)}");
        writer.WriteString("username", "kernel");
        writer.WriteString("session", session);
        writer.WriteString("date",
            DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        writer.WriteString("msg_type", type);
        writer.WriteString("version", ProtocolVersion);
    }

    private byte[] Sign(IReadOnlyList<byte[]> frames, int first)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        for (var i = first; i < first + 4; i++)
            hash.AppendData(frames[i]);
        return hash.GetHashAndReset();
    }

    private string? CheckSignature(IReadOnlyList<byte[]> frames, int at)
    {
        if (key.Length == 0)
            return null;
        var digest = Sign(frames, at + 1);
        var expected = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(digest));
        return !CryptographicOperations.FixedTimeEquals(expected, frames[at]) ? "its signature does not match"
            : !replays.IsNew(digest) ? "its signature came before (a replay)"
            : null;
    }

    private static IncomingMessage? Parse(IReadOnlyList<byte[]> frames, int delimiter, out string? reason)
    {
        try
        {
            var header = Object(frames[delimiter + 2], "header");
            Object(frames[delimiter + 3], "parent header");
            Object(frames[delimiter + 4], "metadata");
            var content = Object(frames[delimiter + 5], "content");
            reason = null;
            return new IncomingMessage(
                [.. frames.Take(delimiter)],
                new MessageHeader(Member(header, "msg_id"), Member(header, "msg_type"), Member(header, "session"),
                    frames[delimiter + 2]),
                content, Stopwatch.GetTimestamp());
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            reason = error.Message;
            return null;
        }
    }

    private static JsonElement Object(byte[] json, string part)
    {
        if (!System.Text.Unicode.Utf8.IsValid(json))
            throw new FormatException($"its {part} is not UTF-8");
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone()
            : throw new FormatException($"its {part} is not an object");
    }

    private static string Member(JsonElement header, string name) =>
        header.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()!
            : throw new FormatException($"its header has no {name}");
}
