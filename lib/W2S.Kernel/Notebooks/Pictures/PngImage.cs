using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace W2S.Kernel.Notebooks.Pictures;

/// <summary>A picture of 8-bit RGBA pixels, read from the PNG that a browser draws and written with a
/// palette.</summary>
/// <param name="Width">Pixels a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Pixels">0xAARRGGBB, row by row; 0 where nothing is to be seen.</param>
internal sealed record PngImage(int Width, int Height, int[] Pixels)
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];
    private static readonly uint[] Crc = [.. Enumerable.Range(0, 256).Select(CrcEntry)];

    /// <exception cref="InvalidDataException">Not a PNG of the kind that browsers write: 8 bits, RGB or RGBA, not
    /// interlaced.</exception>
    public static PngImage Decode(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(Signature))
            throw new InvalidDataException("not a PNG");
        var (width, height, channels) = (0, 0, 0);
        using var packed = new MemoryStream();
        for (var at = 8; at + 8 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file[at..]);
            var name = Encoding.ASCII.GetString(file.Slice(at + 4, 4));
            var body = file.Slice(at + 8, length);
            if (name == "IHDR")
            {
                (width, height) = (BinaryPrimitives.ReadInt32BigEndian(body),
                    BinaryPrimitives.ReadInt32BigEndian(body[4..]));
                channels = (body[8], body[9], body[12]) switch
                {
                    (8, 2, 0) => 3,
                    (8, 6, 0) => 4,
                    _ => throw new InvalidDataException("a PNG of another kind than 8-bit RGB or RGBA"),
                };
            }
            else if (name == "IDAT")
            {
                packed.Write(body);
            }
            at += length + 12;
        }
        packed.Position = 0;
        using var inflate = new ZLibStream(packed, CompressionMode.Decompress);
        var rows = new byte[height * (width * channels + 1)];
        inflate.ReadExactly(rows);
        return new(width, height, Unfilter(rows, width, height, channels));
    }

    /// <summary>The picture as PNG with at most so many colours.</summary>
    public byte[] Encode(int colours)
    {
        var (palette, indices) = ColourPalette.Reduce(Pixels, colours);
        var rows = new byte[Height * (Width + 1)];
        for (var row = 0; row < Height; row++)
            indices.AsSpan(row * Width, Width).CopyTo(rows.AsSpan(row * (Width + 1) + 1));
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            deflate.Write(rows);

        using var file = new MemoryStream();
        file.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], Height);
        (header[8], header[9]) = (8, 3);
        Chunk(file, "IHDR", header);
        Chunk(file, "PLTE",
            [.. palette.SelectMany(colour => new[] { (byte)(colour >> 16), (byte)(colour >> 8), (byte)colour })]);
        if (palette.Any(colour => colour >>> 24 < 255))
            Chunk(file, "tRNS", [.. palette.Select(colour => (byte)(colour >>> 24))]);
        Chunk(file, "IDAT", packed.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private static int[] Unfilter(byte[] rows, int width, int height, int channels)
    {
        var stride = width * channels;
        var before = new byte[stride];
        var pixels = new int[width * height];
        for (var row = 0; row < height; row++)
        {
            var filter = rows[row * (stride + 1)];
            var line = rows.AsSpan(row * (stride + 1) + 1, stride);
            for (var index = 0; index < stride; index++)
            {
                int left = index < channels ? 0 : line[index - channels];
                int corner = index < channels ? 0 : before[index - channels];
                line[index] += (byte)(filter switch
                {
                    0 => 0,
                    1 => left,
                    2 => before[index],
                    3 => (left + before[index]) / 2,
                    4 => Paeth(left, before[index], corner),
                    _ => throw new InvalidDataException($"unknown PNG filter {filter}"),
                });
            }
            line.CopyTo(before);
            for (var column = 0; column < width; column++)
                pixels[row * width + column] = Colour(line.Slice(column * channels, channels));
        }
        return pixels;
    }

    private static int Paeth(int left, int above, int corner)
    {
        var guess = left + above - corner;
        var (toLeft, toAbove, toCorner) = (Math.Abs(guess - left), Math.Abs(guess - above), Math.Abs(guess - corner));
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }

    private static int Colour(ReadOnlySpan<byte> pixel)
    {
        var alpha = pixel.Length == 4 ? pixel[3] : 255;
        return alpha == 0 ? 0 : alpha << 24 | pixel[0] << 16 | pixel[1] << 8 | pixel[2];
    }

    private static void Chunk(Stream file, string name, ReadOnlySpan<byte> body)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, body.Length);
        file.Write(number);
        var crc = uint.MaxValue;
        foreach (var value in Encoding.ASCII.GetBytes(name))
            crc = Crc[(crc ^ value) & 255] ^ (crc >> 8);
        foreach (var value in body)
            crc = Crc[(crc ^ value) & 255] ^ (crc >> 8);
        file.Write(Encoding.ASCII.GetBytes(name));
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~crc);
        file.Write(number);
    }

    private static uint CrcEntry(int value)
    {
        var entry = (uint)value;
        for (var bit = 0; bit < 8; bit++)
            entry = (entry & 1) != 0 ? 0xEDB88320 ^ (entry >> 1) : entry >> 1;
        return entry;
    }
}
