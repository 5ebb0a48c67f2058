using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace W2S.Models.Weights;

/// <summary>The records of a zip file: stored as they are, which is how PyTorch writes them, or deflated, as others
/// do.</summary>
internal sealed unsafe class ZipRecords : IDisposable
{
    /// <summary>What deflated records may take beyond 20 times the file's size: a small file may hold zeros.</summary>
    public const long MostExtra = 64L << 20;

    // The most that deflate makes of one byte: 258 bytes from two bits.
    private const int MostOfOne = 1032;
    private const string Directory = "the zip directory";
    private readonly ByteView file;
    private readonly Dictionary<string, Record> records = [];
    private void* inflated;

    /// <exception cref="WeightFileException">The directory is damaged, or a record is encrypted or packed in another
    /// way.</exception>
    public ZipRecords(ByteView file)
    {
        this.file = file;
        var (offset, count) = FindDirectory();
        Int128 packed = 0, unpacked = 0;
        for (long entry = 0; entry < count; entry++)
        {
            var record = ReadEntry(ref offset, out var name);
            packed += record.Bytes.Length;
            unpacked += record.Size;
            // Overlapping records would make a small file grow in memory.
            if (packed > file.Length)
                throw new WeightFileException($"its records claim {packed} bytes of a file of {file.Length}");
            if (unpacked > 20 * (Int128)file.Length + MostExtra)
                throw new WeightFileException(
                    $"its records would take {unpacked} bytes unpacked, too much for a file of {file.Length}");
            if (!records.TryAdd(name, record))
                throw new WeightFileException($"record '{name}' is there twice");
        }
    }

    private sealed record Record(ByteView Bytes, long Size, bool Deflated, uint Crc);

    public IEnumerable<string> Names => records.Keys;

    public bool Contains(string name) => records.ContainsKey(name);

    /// <summary>A record's bytes, which stay until the next is read.</summary>
    public ByteView Read(string name, bool verify)
    {
        if (!records.TryGetValue(name, out var record))
            throw new WeightFileException($"record '{name}' is missing");
        var bytes = record.Deflated ? Inflate(name, record) : record.Bytes;
        if (verify && Crc32.Of(bytes) is var crc && crc != record.Crc)
        {
            throw new WeightFileException(
                $"record '{name}' is damaged: its CRC-32 is {crc:x8}, the directory says {record.Crc:x8}; " +
                "fetch the file again (one written without checksums is read with verify: false)");
        }
        return bytes;
    }

    public void Dispose()
    {
        NativeMemory.Free(inflated);
        inflated = null;
    }

    private ByteView Inflate(string name, Record record)
    {
        Dispose();
        inflated = NativeMemory.Alloc((nuint)record.Size);
        try
        {
            using var packed = new UnmanagedMemoryStream(record.Bytes.Pointer, record.Bytes.Length);
            using var stream = new DeflateStream(packed, CompressionMode.Decompress);
            for (long at = 0; at < record.Size;)
            {
                var count = stream.Read(new Span<byte>((byte*)inflated + at, (int)Math.Min(1 << 26, record.Size - at)));
                if (count == 0)
                    throw new WeightFileException(
                        $"record '{name}' unpacks to {at} bytes instead of {record.Size}; fetch the file again");
                at += count;
            }
            if (stream.ReadByte() >= 0)
                throw new WeightFileException(
                    $"record '{name}' unpacks to more than its {record.Size} bytes; fetch the file again");
        }
        catch (InvalidDataException error)
        {
            throw new WeightFileException($"record '{name}' is damaged: it cannot be unpacked; fetch the file again",
                error);
        }
        return new ByteView((byte*)inflated, record.Size);
    }

    private (long Offset, long Count) FindDirectory()
    {
        const int size = 22;
        for (var at = file.Length - size; at >= Math.Max(0, file.Length - size - ushort.MaxValue); at--)
        {
            if (file.UInt32(at, Directory) != 0x06054b50)
                continue;
            long count = file.UInt16(at + 10, Directory), offset = file.UInt32(at + 16, Directory);
            if (count != ushort.MaxValue && offset != uint.MaxValue)
                return (offset, count);
            if (at < 20 || file.UInt32(at - 20, Directory) != 0x07064b50)
                throw new WeightFileException("its 64-bit zip directory is missing");
            var end = Position(file.UInt64(at - 12, Directory));
            if (file.UInt32(end, Directory) != 0x06064b50)
                throw new WeightFileException($"its 64-bit zip directory is not at byte {end}, where it should be");
            return (Position(file.UInt64(end + 48, Directory)), Position(file.UInt64(end + 32, Directory)));
        }
        throw new WeightFileException("the zip directory at its end is missing: it was cut off, or is no zip file");
    }

    private Record ReadEntry(ref long at, out string name)
    {
        if (file.UInt32(at, Directory) != 0x02014b50)
            throw new WeightFileException($"its zip directory is damaged at byte {at}");
        int flags = file.UInt16(at + 8, Directory), method = file.UInt16(at + 10, Directory);
        var crc = file.UInt32(at + 16, Directory);
        long packed = file.UInt32(at + 20, Directory), size = file.UInt32(at + 24, Directory),
            local = file.UInt32(at + 42, Directory);
        int nameLength = file.UInt16(at + 28, Directory), extraLength = file.UInt16(at + 30, Directory);
        name = Encoding.UTF8.GetString(file.Span(at + 46, nameLength, Directory));
        ReadLongSizes(at + 46 + nameLength, extraLength, ref size, ref packed, ref local);
        at += 46 + nameLength + extraLength + file.UInt16(at + 32, Directory);
        if ((flags & 1) != 0)
            throw new WeightFileException($"record '{name}' is encrypted");
        if (method is not (0 or 8) || (method == 0 && packed != size))
            throw new WeightFileException(
                $"record '{name}' is packed by method {method}; only stored and deflated records are read: save the "
                + "file with torch.save again");
        if (method == 8 && size > MostOfOne * (Int128)packed)
            throw new WeightFileException(
                $"record '{name}' claims {size} bytes unpacked, more than its {packed} bytes can hold");
        var header = $"the header of record '{name}'";
        if (file.UInt32(local, header) != 0x04034b50)
            throw new WeightFileException($"{header} is not at byte {local}, where the directory says");
        var start = local + 30 + file.UInt16(local + 26, header) + file.UInt16(local + 28, header);
        return new Record(file.Slice(start, packed, $"record '{name}'"), size, method == 8, crc);
    }

    // Fields too long for 32 bits stand in an extra field with number 1, in this order.
    private void ReadLongSizes(long at, int length, ref long size, ref long packed, ref long local)
    {
        for (var end = at + length; at + 4 <= end;)
        {
            int id = file.UInt16(at, Directory), count = file.UInt16(at + 2, Directory);
            at += 4;
            if (id == 1)
            {
                var field = at;
                Take(ref size, ref field);
                Take(ref packed, ref field);
                Take(ref local, ref field);
                return;
            }
            at += count;
        }
    }

    private void Take(ref long value, ref long field)
    {
        if (value != uint.MaxValue)
            return;
        value = Position(file.UInt64(field, Directory));
        field += 8;
    }

    private long Position(ulong value) => value <= (ulong)file.Length
        ? (long)value
        : throw new WeightFileException($"its zip directory names byte {value} of a file of {file.Length}");
}
