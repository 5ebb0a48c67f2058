using System.Buffers.Binary;

namespace W2S.Models.Weights;

/// <summary>Bytes in memory, of any length, that can only be read where they are.</summary>
/// <remarks>Its memory must outlive it: a mapped file or a pinned array.</remarks>
internal readonly unsafe struct ByteView(byte* start, long length)
{
    public long Length => length;

    /// <summary>A part of it, for <paramref name="what"/>.</summary>
    public ByteView Slice(long offset, long count, string what)
    {
        if (offset < 0 || count < 0 || offset > length || count > length - offset)
            throw new WeightFileException(
                $"{what} asks for {count} bytes from byte {offset} on, but there are only {length} in all");
        return new ByteView(start + offset, count);
    }

    public ReadOnlySpan<byte> Span(long offset, int count, string what)
    {
        var part = Slice(offset, count, what);
        return new ReadOnlySpan<byte>(part.Pointer, count);
    }

    public ushort UInt16(long offset, string what) => BinaryPrimitives.ReadUInt16LittleEndian(Span(offset, 2, what));

    public uint UInt32(long offset, string what) => BinaryPrimitives.ReadUInt32LittleEndian(Span(offset, 4, what));

    public ulong UInt64(long offset, string what) => BinaryPrimitives.ReadUInt64LittleEndian(Span(offset, 8, what));

    /// <summary>For copying; stays inside where <see cref="Length"/> is kept to.</summary>
    public byte* Pointer => start;
}
