using System.Buffers.Binary;
using System.Text;

namespace W2S.Kernel.Engine.Assemblies;

/// <summary>What a Linux shared library asks of others: its dynamic section, read from the file.</summary>
/// <remarks>Layout: System V ABI, chapter 5, and the GNU symbol versioning sections; 64-bit little-endian
/// only.</remarks>
internal sealed class ElfFile
{
    private const int Dynamic = 2;
    private const int Load = 1;
    private readonly FileStream file;
    private readonly List<(ulong Address, ulong Offset, ulong Size)> segments = [];
    private readonly List<(long Tag, ulong Value)> entries = [];

    private ElfFile(FileStream file) => this.file = file;

    /// <summary>The libraries that this one needs, by file name.</summary>
    public IReadOnlyList<string> Needed { get; private set; } = [];

    /// <summary>Each version that it requires of another library, with the place of that entry's flags in the
    /// file.</summary>
    public IReadOnlyList<(string Library, string Version, long FlagsAt)> Versions { get; private set; } = [];

    /// <summary>Reads a file.</summary>
    /// <returns>Null where it is no 64-bit little-endian ELF file with a dynamic section.</returns>
    public static ElfFile? Read(string path)
    {
        using var file = File.OpenRead(path);
        var elf = new ElfFile(file);
        try
        {
            return elf.ReadHeaders() ? elf : null;
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    private bool ReadHeaders()
    {
        var header = At(0, 64);
        if (!header.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8)) return false;
        var table = BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(32));
        var size = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(54));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(56));
        (ulong Offset, ulong Size)? dynamic = null;
        for (var i = 0; i < count; i++)
        {
            var entry = At((long)table + (i * size), 56);
            var offset = BinaryPrimitives.ReadUInt64LittleEndian(entry.AsSpan(8));
            var address = BinaryPrimitives.ReadUInt64LittleEndian(entry.AsSpan(16));
            var length = BinaryPrimitives.ReadUInt64LittleEndian(entry.AsSpan(32));
            switch (BinaryPrimitives.ReadUInt32LittleEndian(entry))
            {
                case Load:
                    segments.Add((address, offset, length));
                    break;
                case Dynamic:
                    dynamic = (offset, length);
                    break;
            }
        }
        if (dynamic is not { } section) return false;
        for (ulong at = 0; at < section.Size; at += 16)
        {
            var entry = At((long)(section.Offset + at), 16);
            var tag = BinaryPrimitives.ReadInt64LittleEndian(entry);
            if (tag == 0) break;
            entries.Add((tag, BinaryPrimitives.ReadUInt64LittleEndian(entry.AsSpan(8))));
        }
        ReadNames();
        return true;
    }

    private void ReadNames()
    {
        const long NeededTag = 1, StringTable = 5, VersionsNeeded = 0x6ffffffe, VersionsNeededCount = 0x6fffffff;
        var strings = OffsetOf(Value(StringTable));
        Needed = [.. entries.Where(entry => entry.Tag == NeededTag).Select(entry => Text(strings + (long)entry.Value))];
        var versions = new List<(string, string, long)>();
        var at = OffsetOf(Value(VersionsNeeded));
        for (var i = 0UL; i < Value(VersionsNeededCount); i++)
        {
            var need = At(at, 16);
            var library = Text(strings + BinaryPrimitives.ReadUInt32LittleEndian(need.AsSpan(4)));
            var detail = at + BinaryPrimitives.ReadUInt32LittleEndian(need.AsSpan(8));
            for (var j = 0; j < BinaryPrimitives.ReadUInt16LittleEndian(need.AsSpan(2)); j++)
            {
                var version = At(detail, 16);
                versions.Add(
                    (library, Text(strings + BinaryPrimitives.ReadUInt32LittleEndian(version.AsSpan(8))), detail + 4));
                detail += BinaryPrimitives.ReadUInt32LittleEndian(version.AsSpan(12));
            }
            at += BinaryPrimitives.ReadUInt32LittleEndian(need.AsSpan(12));
        }
        Versions = versions;
    }

    private ulong Value(long tag) => entries.Find(entry => entry.Tag == tag).Value;

    private long OffsetOf(ulong address)
    {
        foreach (var segment in segments)
        {
            if (address >= segment.Address && address < segment.Address + segment.Size)
                return (long)(address - segment.Address + segment.Offset);
        }
        return (long)address;
    }

    private byte[] At(long offset, int size)
    {
        var bytes = new byte[size];
        file.Position = offset;
        file.ReadExactly(bytes);
        return bytes;
    }

    private string Text(long offset)
    {
        var text = new StringBuilder();
        file.Position = offset;
        for (var next = file.ReadByte(); next > 0; next = file.ReadByte()) text.Append((char)next);
        return text.ToString();
    }
}
