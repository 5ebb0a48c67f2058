using System.IO.Compression;
using System.Runtime.InteropServices;
using W2S.Torch;

namespace W2S.Models.Weights;

/// <summary>The records of a zip file: stored as they are, which is how PyTorch writes them, or deflated, as others
/// do.</summary>
internal sealed unsafe class ZipRecords : IDisposable
{
    /// <summary>What deflated records may take beyond 20 times the file's size: a small file may hold zeros.</summary>
    public const long MostExtra = 64L << 20;

    // The most that deflate makes of one byte: 258 bytes from two bits.
    private const int MostOfOne = 1032;
    private readonly Dictionary<string, ZipArchiveEntry> records = [];
    private readonly ZipArchive archive;
    private void* unpacked;

    /// <exception cref="WeightFileException">The directory is damaged, or its records would take too much
    /// memory.</exception>
    public ZipRecords(ByteView file)
    {
        archive = Refused("its zip directory is damaged, or was cut off",
            () => new ZipArchive(new UnmanagedMemoryStream(file.Pointer, file.Length)));
        Int128 packed = 0, size = 0;
        foreach (var record in Refused("its zip directory is damaged", () => archive.Entries))
        {
            packed += record.CompressedLength;
            size += record.Length;
            // Overlapping records would make a small file grow in memory.
            if (packed > file.Length)
                throw new WeightFileException($"its records claim {packed} bytes of a file of {file.Length}");
            if (record.Length > MostOfOne * (Int128)record.CompressedLength)
                throw new WeightFileException(
                    $"record '{Name(record)}' claims {record.Length} bytes unpacked, more than its "
                    + $"{record.CompressedLength} bytes can hold");
            if (size > 20 * (Int128)file.Length + MostExtra)
                throw new WeightFileException(
                    $"its records would take {size} bytes unpacked, too much for a file of {file.Length}");
            if (!records.TryAdd(record.FullName, record))
                throw new WeightFileException($"record '{Name(record)}' is there twice");
        }
    }

    public IEnumerable<string> Names => records.Keys;

    public bool Contains(string name) => records.ContainsKey(name);

    /// <summary>A record's bytes, which stay until the next is read.</summary>
    public ByteView Read(string name)
    {
        if (!records.TryGetValue(name, out var record))
            throw new WeightFileException($"record '{FileKinds.Printable(name)}' is missing");
        if (record.IsEncrypted)
            throw new WeightFileException($"record '{Name(record)}' is encrypted");
        NativeMemory.Free(unpacked);
        unpacked = null; // there may be no memory for the next
        unpacked = NativeMemory.Alloc((nuint)record.Length);
        Refused($"record '{Name(record)}' is damaged, or packed as no torch.save packs", () => Unpack(record));
        var bytes = new ByteView((byte*)unpacked, record.Length);
        if (Crc32.Of(bytes) is var crc && crc != record.Crc32)
        {
            throw new WeightFileException(
                $"record '{Name(record)}' is damaged: its CRC-32 is {crc:x8}, the directory says {record.Crc32:x8}; " +
                "fetch the file again, or save it with checksums");
        }
        return bytes;
    }

    public void Dispose()
    {
        NativeMemory.Free(unpacked);
        unpacked = null;
        archive.Dispose();
    }

    private long Unpack(ZipArchiveEntry record)
    {
        using var stream = record.Open();
        long at = 0;
        while (at < record.Length)
        {
            var room = new Span<byte>((byte*)unpacked + at, (int)Math.Min(1 << 26, record.Length - at));
            var count = stream.Read(room);
            if (count == 0)
                throw new WeightFileException(
                    $"record '{Name(record)}' unpacks to {at} bytes instead of {record.Length}; fetch the file again");
            at += count;
        }
        return stream.ReadByte() < 0 ? at : throw new WeightFileException(
            $"record '{Name(record)}' unpacks to more than its {at} bytes; fetch the file again");
    }

    private static T Refused<T>(string wrong, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException error)
        {
            throw new WeightFileException($"{wrong} ({error.Message}); fetch the file again", error);
        }
    }

    private static string Name(ZipArchiveEntry record) => FileKinds.Printable(record.FullName);
}
