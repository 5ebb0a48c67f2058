using System.Text;
using System.Text.Json;
using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Models.Weights;

/// <summary>Named tensors in the safetensors format: a JSON header, then the numbers.</summary>
/// <remarks>
/// Format: 8 bytes with the header's length, little-endian; the header, a JSON object of name → dtype, shape and byte
/// range in the rest, with an optional <c>__metadata__</c> of texts; the numbers without gaps
/// (huggingface/safetensors).
/// </remarks>
public static class SafeTensorsFile
{
    /// <summary>The longest header that is read, as in the reference implementation: 100 MB.</summary>
    public const int LongestHeader = 100_000_000;

    /// <summary>Writes tensors so that the file is either whole or not there: temporary name, flush to disk,
    /// rename.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="tensors">By name, on any device; other memory layouts than the plain one are written
    /// plainly.</param>
    /// <param name="metadata">Texts to keep beside them; null for none.</param>
    /// <exception cref="ArgumentException">A tensor's type has no name in the format, or a name is
    /// <c>__metadata__</c>.</exception>
    /// <exception cref="IOException">The folder is missing or cannot be written.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        // Widest elements first, then by name: every tensor lies at a multiple of its element's size.
        var ordered = tensors.OrderByDescending(entry => SizeOf(entry.Key, entry.Value))
            .ThenBy(entry => entry.Key, StringComparer.Ordinal).ToList();
        var header = Header(ordered, metadata);
        var temporary = $"{path}.{Guid.NewGuid():n}.tmp";
        try
        {
            using (var stream =
                new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                stream.Write(BitConverter.GetBytes((ulong)header.Length));
                stream.Write(header);
                foreach (var (_, tensor) in ordered)
                {
                    using var scope = NewDisposeScope();
                    ElementTypes.Write(tensor.detach().cpu().contiguous(), stream);
                }
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Reads every tensor of a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>By name, on the CPU, owned by the current dispose scope.</returns>
    /// <exception cref="WeightFileException">There is no such file, or it is damaged; the message says
    /// where.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(string path) => Open(path, file => Parse(file).Tensors);

    /// <summary>Reads the texts beside the tensors, without the tensors.</summary>
    /// <param name="path">The file.</param>
    /// <returns>By name; empty where the file has none.</returns>
    /// <exception cref="WeightFileException">There is no such file, or it is damaged; the message says
    /// where.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(string path) =>
        Open(path, file => ParseHeader(file, out _).Metadata);

    internal static (IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Parse(
        ByteView file)
    {
        var (entries, metadata) = ParseHeader(file, out var body);
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = new(entries.Count);
        foreach (var entry in entries)
        {
            var flat = ElementTypes.Copy(body.Slice(entry.Start, entry.Length, Named(entry.Name)), entry.Type);
            tensors[entry.Name] = flat.reshape(entry.Shape);
        }
        foreach (var tensor in tensors.Values)
            tensor.MoveToOuterDisposeScope();
        return (tensors, metadata);
    }

    /// <summary>Whether the bytes begin as the format does: a header's length that the file can hold, and its
    /// brace.</summary>
    internal static bool IsOne(ByteView file) =>
        file.Length > 8 && file.Span(8, 1, "the header")[0] == '{'
            && file.UInt64(0, "the header's length") <= LongestHeader;

    private static T Open<T>(string path, Func<ByteView, T> read)
    {
        using var file = new MappedFile(path);
        try
        {
            return read(file.View);
        }
        catch (WeightFileException error)
        {
            throw error.In(path);
        }
    }

    private sealed record Entry(string Name, ScalarType Type, long[] Shape, long Start, long Length);

    private static (List<Entry> Entries, Dictionary<string, string> Metadata) ParseHeader(ByteView file,
        out ByteView body)
    {
        if (!IsOne(file))
        {
            var start = file.Span(0, (int)Math.Min(FileKinds.Telling, file.Length), "the file");
            if (start.StartsWith("PK"u8))
                throw new WeightFileException(
                    $"it is a zip file, as PyTorch writes; read it with {nameof(PyTorchFile)} or {nameof(WeightFile)}");
            if (FileKinds.Describe(start) is { } kind)
                throw new WeightFileException(kind);
            if (OnnxFile.IsOne(file))
                throw new WeightFileException(
                    $"it is an ONNX model; read it with {nameof(OnnxFile)} or {nameof(WeightFile)}");
        }
        var length = file.UInt64(0, "the header's length");
        if (length > LongestHeader || length > (ulong)file.Length - 8)
            throw new WeightFileException(
                $"the header claims {length} bytes of a file of {file.Length}; it is no safetensors file, or was cut "
                + "off");
        var json = file.Span(8, (int)length, "the header");
        body = file.Slice(8 + (long)length, file.Length - 8 - (long)length, "the tensors");
        try
        {
            return SafeTensorsHeader(json, body.Length);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new WeightFileException($"the header is no JSON of safetensors ({error.Message.Split('\n')[0]})",
                error);
        }
    }

    private static (List<Entry>, Dictionary<string, string>) SafeTensorsHeader(ReadOnlySpan<byte> json, long bodyLength)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
        List<Entry> entries = [];
        HashSet<string> names = [];
        Dictionary<string, string> metadata = [];
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!names.Add(name))
                throw new WeightFileException($"{Named(name)} is there twice");
            if (name == "__metadata__")
                ReadTexts(ref reader, metadata);
            else
                entries.Add(ReadEntry(ref reader, name));
        }
        if (reader.Read())
            throw new WeightFileException("the header goes on after its end");
        CheckRanges(entries, bodyLength);
        return (entries, metadata);
    }

    private static void ReadTexts(ref Utf8JsonReader reader, Dictionary<string, string> metadata)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            Expect(ref reader, JsonTokenType.String);
            metadata[key] = reader.GetString()!;
        }
    }

    private static Entry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        ScalarType? type = null;
        long[]? shape = null, range = null;
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("dtype"u8))
            {
                Expect(ref reader, JsonTokenType.String);
                var code = reader.GetString()!;
                type = ElementTypes.FromSafeTensors(code) ?? throw new WeightFileException(
                    $"{Named(name)} is of type '{FileKinds.Printable(code)}', which is not read; convert it to one of "
                    + $"{ElementTypes.SafeTensorsNames}");
            }
            else if (reader.ValueTextEquals("shape"u8))
            {
                shape = ReadNumbers(ref reader, name);
            }
            else if (reader.ValueTextEquals("data_offsets"u8))
            {
                range = ReadNumbers(ref reader, name);
            }
            else
            {
                throw new WeightFileException(
                    $"{Named(name)} has a field '{FileKinds.Printable(reader.GetString()!)}', which the format does "
                    + "not know");
            }
        }
        if (type is null || shape is null || range is not [var start, var end])
            throw new WeightFileException($"{Named(name)} lacks its dtype, shape or data_offsets");
        if (ElementTypes.Count(shape) is not { } count || end < start
            || count * ElementTypes.Bytes(type.Value) != end - start)
        {
            throw new WeightFileException(
                $"{Named(name)} of {ElementTypes.ToSafeTensors(type.Value)} [{string.Join(", ", shape)}] " +
                $"does not fit its bytes {start} … {end}");
        }
        return new Entry(name, type.Value, shape, start, end - start);
    }

    private static long[] ReadNumbers(ref Utf8JsonReader reader, string name)
    {
        List<long> numbers = [];
        Expect(ref reader, JsonTokenType.StartArray);
        while (Next(ref reader) == JsonTokenType.Number)
        {
            if (!reader.TryGetInt64(out var number) || number < 0 || numbers.Count == 64)
                throw new WeightFileException($"{Named(name)} has a shape or range that is none");
            numbers.Add(number);
        }
        if (reader.TokenType != JsonTokenType.EndArray)
            throw new WeightFileException($"{Named(name)} has a shape or range that is none");
        return [.. numbers];
    }

    // The ranges must cover the rest of the file, each byte once: nothing hidden, nothing shared.
    private static void CheckRanges(List<Entry> entries, long length)
    {
        long end = 0;
        foreach (var entry in entries.OrderBy(entry => entry.Start).ThenBy(entry => entry.Length))
        {
            if (entry.Start != end)
                throw new WeightFileException(
                    $"{Named(entry.Name)} starts at byte {entry.Start} of the numbers instead of {end}");
            end += entry.Length;
        }
        if (end != length)
            throw new WeightFileException(
                $"its tensors take {end} bytes, but {length} follow the header; the file was cut off or added to");
    }

    private static byte[] Header(List<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, text) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
                    json.WriteString(key, text);
                json.WriteEndObject();
            }
            long start = 0;
            foreach (var (name, tensor) in tensors)
            {
                var end = start + tensor.numel() * SizeOf(name, tensor);
                json.WriteStartObject(name);
                json.WriteString("dtype", ElementTypes.ToSafeTensors(tensor.dtype));
                json.WriteStartArray("shape");
                foreach (var size in tensor.shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(start);
                json.WriteNumberValue(end);
                json.WriteEndArray();
                json.WriteEndObject();
                start = end;
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static int SizeOf(string name, Tensor tensor)
    {
        if (name == "__metadata__")
            throw new ArgumentException("a tensor cannot be named __metadata__; choose another name", nameof(name));
        return ElementTypes.ToSafeTensors(tensor.dtype) is not null
            ? ElementTypes.Bytes(tensor.dtype)
            : throw new ArgumentException(
                $"'{name}' is of type {tensor.dtype}, which is not written; convert it to one of "
                + $"{ElementTypes.SafeTensorsNames}", nameof(tensor));
    }

    private static string Named(string name) => $"tensor '{FileKinds.Printable(name)}'";

    private static JsonTokenType Next(ref Utf8JsonReader reader) =>
        reader.Read() ? reader.TokenType : throw new WeightFileException("the header ends too early");

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (Next(ref reader) != token)
            throw new WeightFileException(
                $"the header has {reader.TokenType} where {token} belongs, at byte {reader.TokenStartIndex}");
    }
}
