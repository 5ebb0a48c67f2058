using System.IO.Compression;
using W2S.Kernel.Notebooks;
using W2S.Kernel.Notebooks.Pictures;

namespace W2S.Kernel.Tests.Notebooks.Pictures;

public sealed class PngImageTests
{
    // Written by Python's zlib with one row of each PNG filter (none, left, above, average, Paeth), RGBA, 3 by 5.
    private const string AllFilters =
        "iVBORw0KGgoAAAANSUhEUgAAAAMAAAAFCAYAAACAcVaiAAAAR0lEQVR4nGNg+M/wX+AH43+Fjyz/GQ1ecf4X+MnOIPCTk4HJ4LU0g8Fr"
        + "RSBWZ2BOCLNvUPikzKDwSZ2BxeC1PVCJJBBLMwAADAMVoBKRdwkAAAAASUVORK5CYII=";

    [Fact]
    public void EveryFilterIsUndone()
    {
        var picture = PngImage.Decode(Convert.FromBase64String(AllFilters));
        Assert.Equal((3, 5), (picture.Width, picture.Height));
        for (var index = 0; index < 15; index++)
            Assert.Equal((255 << 24) | (index * 16 << 16) | (255 - index * 7 << 8) | (index * index),
                picture.Pixels[index]);
    }

    [Fact]
    public void FewColoursComeBackExactly()
    {
        var pixels = Enumerable.Range(0, 40 * 30).Select(index => (index % 200) * 0x010203 | index % 2 << 31).ToArray();
        Assert.Equal(pixels, Read(new PngImage(40, 30, pixels).Encode(256), 40, 30));
    }

    [Fact]
    public void WhatIsSeenThroughStaysSo()
    {
        int[] pixels = [0, unchecked((int)0xFF1F77B4), 0x60808080, 0];
        Assert.Equal(pixels, Read(new PngImage(2, 2, pixels).Encode(16), 2, 2));
    }

    [Fact]
    public void ReducedColoursKeepTheFlatOnes()
    {
        // A white ground with a blue bar, and a ramp of 1000 other colours.
        var pixels = Enumerable.Repeat(0xFFFFFF, 8000).Concat(Enumerable.Repeat(0x1F77B4, 1000))
            .Concat(Enumerable.Range(0, 1000).Select(index => index * 16000))
            .Select(colour => colour | 0xFF << 24).ToArray();
        var reduced = Read(new PngImage(100, 100, pixels).Encode(16), 100, 100);
        Assert.True(reduced.Distinct().Count() <= 16);
        Assert.All(reduced[..8000], colour => Assert.Equal(0xFFFFFF, colour));
        Assert.All(reduced[8000..9000], colour => Assert.Equal(0x1F77B4, colour));
    }

    [Fact]
    public void AThinLineKeepsItsHueAmongManyGreys()
    {
        // Smoothed edges: one colour in 250 strengths, many grey ones for one that is brown.
        static int[] Edge(int colour, int times) => [.. Enumerable.Repeat(Enumerable.Range(6, 250), times)
            .SelectMany(strengths => strengths.Select(strength => strength << 24 | colour))];
        var (grey, brown) = (Edge(0x808080, 8), Edge(0x8C6D46, 1));
        int[] pixels = [.. new int[8000 - 2250], .. grey, .. brown];
        var reduced = Read(new PngImage(80, 100, pixels).Encode(32), 80, 100);
        var lines = reduced[^250..].Zip(brown).Where(line => line.Second >>> 24 > 127).ToArray();
        Assert.All(lines, line => Assert.InRange(((line.First >> 16) & 255) - (line.First & 255), 30, 100));
        Assert.Equal(0x8C6D46, reduced[^1] & 0xFFFFFF);
    }

    [Fact]
    public void APictureOfNoiseShrinksOrIsRefused()
    {
        var random = new Random(1);
        var noise = new PngImage(640, 400, [.. Enumerable.Range(0, 640 * 400).Select(_ => random.Next())]);
        Assert.Null(ChartPainter.Shrink(noise));
        var calm = new PngImage(640, 400, [.. Enumerable.Range(0, 640 * 400).Select(index => index / 6400 * 0x050301)]);
        Assert.InRange(ChartPainter.Shrink(calm)!.Length, 60, ChartPainter.MaximumBytes);
    }

    [Theory]
    [InlineData("R0lGODlhAQABAAAAACw=")]
    [InlineData("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABAQAAAAA3bvkkAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")]
    public void OtherFilesAreRefused(string file) =>
        Assert.Throws<InvalidDataException>(() => PngImage.Decode(Convert.FromBase64String(file)));

    /// <summary>A reader of palette PNGs with unfiltered rows and one IDAT.</summary>
    private static int[] Read(byte[] file, int width, int height)
    {
        ReadOnlySpan<byte> Body(ReadOnlySpan<byte> name)
        {
            var at = file.AsSpan().IndexOf(name);
            var length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at - 4));
            return file.AsSpan(at + 4, length);
        }
        var palette = Body("PLTE"u8).ToArray();
        var seen = file.AsSpan().IndexOf("tRNS"u8) < 0 ? [] : Body("tRNS"u8).ToArray();
        using var inflate = new ZLibStream(new MemoryStream(Body("IDAT"u8).ToArray()), CompressionMode.Decompress);
        var rows = new byte[height * (width + 1)];
        inflate.ReadExactly(rows);
        return [.. from row in Enumerable.Range(0, height)
                   from column in Enumerable.Range(0, width)
                   let entry = rows[row * (width + 1) + column + 1]
                   let place = entry * 3
                   select (seen.ElementAtOrDefault(entry) << 24) | (palette[place] << 16) | (palette[place + 1] << 8)
                       | palette[place + 2]];
    }
}
