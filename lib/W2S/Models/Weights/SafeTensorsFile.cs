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

    private const string Metadata = "__metadata__";

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
    public static IReadOnlyDictionary<string, Tensor> Read(string path) => MappedFile.Read(path, Parse);

    /// <summary>Reads the same from memory.</summary>
    internal static IReadOnlyDictionary<string, Tensor> Parse(ByteView file)
    {
        _ = WeightFile.FormatOf(file, WeightFile.SafeTensors);
        var length = file.UInt64(0, "the header's length");
        if (length > LongestHeader || length > (ulong)file.Length - 8)
            throw new WeightFileException(
                $"the header claims {length} bytes of a file of {file.Length}; it is no safetensors file, or was cut "
                + "off");
        var body = file.Slice(8 + (long)length, file.Length - 8 - (long)length, "the tensors");
        var entries = ParseHeader(file.Span(8, (int)length, "the header"));
        CheckRanges(entries, body.Length);
        using var scope = NewDisposeScope();
        var tensors = entries.ToDictionary(entry => entry.Name, entry => ElementTypes
            .Copy(body.Slice(entry.Start, entry.Length, Named(entry.Name)), entry.Type).reshape(entry.Shape));
        foreach (var tensor in tensors.Values)
            tensor.MoveToOuterDisposeScope();
        return tensors;
    }

    /// <summary>Whether the bytes begin as the format does: a header's length that the file can hold, and its
    /// brace.</summary>
    internal static bool IsOne(ByteView file) =>
        file.Length > 8 && file.Span(8, 1, "the header")[0] == '{'
            && file.UInt64(0, "the header's length") <= LongestHeader;

    private sealed record Entry(string Name, ScalarType Type, long[] Shape, long Start, long Length);

    private static List<Entry> ParseHeader(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
            using var header = JsonDocument.ParseValue(ref reader);
            if (reader.Read())
                throw new WeightFileException("the header goes on after its end");
            HashSet<string> names = [];
            List<Entry> entries = [];
            foreach (var property in header.RootElement.EnumerateObject())
            {
                if (!names.Add(property.Name))
                    throw new WeightFileException($"{Named(property.Name)} is there twice");
                if (property.Name != Metadata)
                    entries.Add(ReadEntry(property.Name, property.Value));
                else if (property.Value.EnumerateObject().Any(one => one.Value.GetString() is null))
                    throw new WeightFileException("the header has metadata that is no text");
            }
            return entries;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new WeightFileException($"the header is no JSON of safetensors ({error.Message.Split('\n')[0]})",
                error);
        }
    }

    private static Entry ReadEntry(string name, JsonElement described)
    {
        ScalarType? type = null;
        long[]? shape = null, range = null;
        foreach (var field in described.EnumerateObject())
        {
            switch (field.Name)
            {
                case "dtype":
                    var code = field.Value.GetString() ?? "";
                    type = ElementTypes.FromSafeTensors(code) ?? throw new WeightFileException(
                        $"{Named(name)} is of type '{FileKinds.Printable(code)}', which is not read; convert it to one "
                        + $"of {ElementTypes.SafeTensorsNames}");
                    break;
                case "shape":
                    shape = ReadNumbers(field.Value, name);
                    break;
                case "data_offsets":
                    range = ReadNumbers(field.Value, name);
                    break;
                default:
                    throw new WeightFileException(
                        $"{Named(name)} has a field '{FileKinds.Printable(field.Name)}', which the format does not "
                        + "know");
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

    private static long[] ReadNumbers(JsonElement list, string name)
    {
        long[] numbers = [.. list.EnumerateArray().Select(size => size.TryGetInt64(out var number) ? number : -1)];
        return numbers.Length <= 64 && numbers.All(number => number >= 0) ? numbers
            : throw new WeightFileException($"{Named(name)} has a shape or range that is none");
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
        OrderedDictionary<string, object> header = [];
        if (metadata is { Count: > 0 })
            header[Metadata] = new SortedDictionary<string, string>(metadata.ToDictionary(), StringComparer.Ordinal);
        long start = 0;
        foreach (var (name, tensor) in tensors)
        {
            var end = start + tensor.numel() * SizeOf(name, tensor);
            header[name] = new
            {
                dtype = ElementTypes.ToSafeTensors(tensor.dtype),
                tensor.shape,
                data_offsets = new[] { start, end },
            };
            start = end;
        }
        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        return [.. json, .. Enumerable.Repeat((byte)' ', -json.Length & 7)]; // to a multiple of eight
    }

    private static int SizeOf(string name, Tensor tensor)
    {
        if (name == Metadata)
            throw new ArgumentException("a tensor cannot be named __metadata__; choose another name", nameof(name));
        return ElementTypes.ToSafeTensors(tensor.dtype) is not null
            ? ElementTypes.Bytes(tensor.dtype)
            : throw new ArgumentException(
                $"'{name}' is of type {tensor.dtype}, which is not written; convert it to one of "
                + $"{ElementTypes.SafeTensorsNames}", nameof(tensor));
    }

    private static string Named(string name) => $"tensor '{FileKinds.Printable(name)}'";
}
