using SkiaSharp;
using W2S.Data;

namespace W2S.Tests.Data;

public sealed class ImageFolderTests
{
    private static SKColor ReferenceColor(int x, int y)
    {
        byte Value(int channel) => (byte)((channel * 91 + y * 37 + x * 53 + y * x * 11) % 256);
        return new SKColor(Value(0), Value(1), Value(2));
    }

    private static void Write(string path, int width, int height, Func<int, int, SKColor> color,
        SKEncodedImageFormat format)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, color(x, y));
            }
        }
        using var data = bitmap.Encode(format, 90);
        File.WriteAllBytes(path, data.ToArray());
    }

    [Fact]
    public void ResizingEqualsPyTorch()
    {
        var reference = ReferenceFile.Read("data_resize.json");
        var (height, width) = (reference.GetProperty("height").GetInt32(), reference.GetProperty("width").GetInt32());
        var source = new byte[height * width * 4];
        for (var i = 0; i < height * width; i++)
        {
            var color = ReferenceColor(i % width, i / width);
            (source[4 * i], source[4 * i + 1], source[4 * i + 2]) = (color.Red, color.Green, color.Blue);
        }
        foreach (var item in reference.GetProperty("cases").EnumerateArray())
        {
            var (h, w) = (item.GetProperty("height").GetInt32(), item.GetProperty("width").GetInt32());
            var planes = new byte[3 * h * w];
            BilinearResize.Apply(source, height, width, planes, h, w, item.GetProperty("antialias").GetBoolean());
            Assert.All(item.Floats("values").Zip(planes),
                pair => Assert.InRange(pair.Second, pair.First - 0.501f, pair.First + 0.501f));
        }
    }

    [Fact]
    public void ClassesAndFilesAreSortedAndSquaresHalved()
    {
        using var folder = new TemporaryFolder();
        Write(folder.At("b", "2.png"), 8, 8, (x, y) => new SKColor((byte)(10 * x), (byte)(10 * y), 200),
            SKEncodedImageFormat.Png);
        Write(folder.At("b", "10.PNG"), 4, 4, (_, _) => SKColors.Red, SKEncodedImageFormat.Png);
        Write(folder.At("a", "x.jpeg"), 8, 8, (_, _) => new SKColor(40, 80, 120), SKEncodedImageFormat.Jpeg);
        File.WriteAllText(folder.At("b", "readme.txt"), "no image");
        using var set = ImageFolder.Read(folder.Path, 4, "mine");
        Assert.Equal(["a", "b"], set.ClassNames);
        Assert.Equal([0L, 1L, 1L], set.Labels);
        Assert.Equal("mine", set.Name);
        Assert.Equal(255, set.Images[1, 0, 0, 0].item<byte>()); // 10.PNG comes before 2.png
        Assert.Equal([5, 25, 45, 65], Enumerable.Range(0, 4).Select(x => (int)set.Images[2, 0, 1, x].item<byte>()));
        Assert.Equal([5, 25, 45, 65], Enumerable.Range(0, 4).Select(y => (int)set.Images[2, 1, y, 1].item<byte>()));
        Assert.InRange(set.Images[0, 2, 2, 2].item<byte>(), 118, 122);
        using var first = ImageFolder.Read(folder.Path, 4, perClass: 1);
        Assert.Equal(2, first.Count);
    }

    [Fact]
    public void ABrokenImageIsNamed()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 4; i++)
        {
            Write(folder.At("a", $"{i}.jpg"), 64, 64,
                (x, y) => new SKColor((byte)(4 * x), (byte)(4 * y), (byte)(x * y)), SKEncodedImageFormat.Jpeg);
        }
        var bytes = File.ReadAllBytes(folder.At("a", "2.jpg"));
        File.WriteAllBytes(folder.At("a", "2.jpg"), bytes[..(bytes.Length / 2)]);
        var error = Assert.Throws<InvalidDataException>(() => ImageFolder.Read(folder.Path, 32));
        Assert.Contains(folder.At("a", "2.jpg") + " is damaged or cut short", error.Message, StringComparison.Ordinal);
        File.WriteAllText(folder.At("a", "1.jpg"), "this is no image");
        error = Assert.Throws<InvalidDataException>(() => ImageFolder.Read(folder.Path, 32));
        Assert.Contains(folder.At("a", "1.jpg"), error.Message, StringComparison.Ordinal);
        Assert.Contains("1 more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderWithoutImagesIsNamed()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<InvalidDataException>(() => ImageFolder.Read(folder.Path, 32));
        Assert.Throws<DirectoryNotFoundException>(() => ImageFolder.Read(folder.At("absent"), 32));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageFolder.Read(folder.Path, 0));
    }

    private static void Red(string path, SKEncodedImageFormat format = SKEncodedImageFormat.Png) =>
        Write(path, 4, 4, (_, _) => SKColors.Red, format);

    private static string Refused(string folder)
    {
        var error = Assert.Throws<InvalidDataException>(() => ImageFolder.Read(folder, 4));
        Assert.Contains(folder, error.Message, StringComparison.Ordinal);
        return error.Message;
    }

    [Fact]
    public void AnEmptyClassIsNamedAndNeverLeftOut()
    {
        using var folder = new TemporaryFolder();
        Red(folder.At("a", "1.png"));
        Red(folder.At("c", "1.png"));
        Directory.CreateDirectory(folder.At("b"));
        Assert.Contains("class 'b'", Refused(folder.Path), StringComparison.Ordinal);
        File.WriteAllText(folder.At("b", "notes.txt"), "no image");
        Directory.CreateDirectory(folder.At("b", "deeper"));
        Red(folder.At("b", "._1.png"));
        Assert.Contains("class 'b'", Refused(folder.Path), StringComparison.Ordinal);
        Red(folder.At("b", "deeper", "1.png"));
        using var set = ImageFolder.Read(folder.Path, 4);
        Assert.Equal(["a", "b", "c"], set.ClassNames);
        Assert.Equal([0L, 1L, 2L], set.Labels);
    }

    [Theory]
    [InlineData("1.tif")]
    [InlineData("1.GIF")]
    [InlineData("1.ppm")]
    [InlineData("1.heic")]
    public void AFormatThatIsNotReadIsNamed(string name)
    {
        using var folder = new TemporaryFolder();
        Red(folder.At("a", "1.png"));
        Directory.CreateDirectory(folder.At("b"));
        File.WriteAllText(folder.At("b", name), "x");
        foreach (var others in new[] { false, true })
        {
            if (others) Red(folder.At("b", "2.png"));
            var message = Refused(folder.Path);
            Assert.Contains($"class 'b' in {folder.Path} holds {name} of a format that is not read", message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ImagesThatLieDeeperAreRead()
    {
        using var folder = new TemporaryFolder();
        Red(folder.At("n01", "images", "n01_0.JPEG"), SKEncodedImageFormat.Jpeg);
        File.WriteAllText(folder.At("n01", "n01_boxes.txt"), "n01_0.JPEG 0 0 1 1");
        Red(folder.At("n02", "2019", "06", "x.Png"));
        Red(folder.At("n02", "2020", "x.webp"), SKEncodedImageFormat.Webp);
        Red(folder.At("n02", "z.png"));
        using var set = ImageFolder.Read(folder.Path, 4);
        Assert.Equal(["n01", "n02"], set.ClassNames);
        Assert.Equal([0L, 1L, 1L, 1L], set.Labels);
    }

    [Fact]
    public void ABitmapIsRead()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("a"));
        // One row of a blue and a green pixel, 24 bits each, rounded up to eight bytes.
        byte[] pixels = [255, 0, 0, 0, 255, 0, 0, 0];
        using (var writer = new BinaryWriter(File.Create(folder.At("a", "1.BMP"))))
        {
            writer.Write("BM"u8);
            foreach (var value in new[] { 54 + pixels.Length, 0, 54, 40, 2, 1, 1 | (24 << 16), 0, pixels.Length, 0, 0,
                0, 0 })
                writer.Write(value);
            writer.Write(pixels);
        }
        using var set = ImageFolder.Read(folder.Path, 2);
        Assert.Equal([0, 0, 255],
            Enumerable.Range(0, 3).Select(channel => (int)set.Images[0, channel, 0, 0].item<byte>()));
        Assert.Equal([0, 255, 0],
            Enumerable.Range(0, 3).Select(channel => (int)set.Images[0, channel, 0, 1].item<byte>()));
    }

    [Fact]
    public void WhatSystemsLeaveBehindIsPassedOver()
    {
        using var folder = new TemporaryFolder();
        Red(folder.At("a", "y.jpg"), SKEncodedImageFormat.Jpeg);
        foreach (var parts in new string[][]
        {
            ["a", "._y.jpg"], ["a", ".DS_Store"], ["a", "Thumbs.db"], ["a", "desktop.ini"],
            ["a", ".ipynb_checkpoints", "y-checkpoint.jpg"], ["a", "@eaDir", "y.jpg"], [".cache", "x.jpg"],
            ["__MACOSX", "a", "._y.jpg"], ["__MACOSX", "b.jpg"], [".DS_Store"], ["._a"],
        })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.At(parts))!);
            File.WriteAllText(folder.At(parts), "not an image");
        }
        using var set = ImageFolder.Read(folder.Path, 4);
        Assert.Equal(["a"], set.ClassNames);
        Assert.Equal(1, set.Count);
    }

    [Fact]
    public void ClassesAreSortedByCodeUnits()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "b", "B", "a10", "a2", "ä", "_", "Z" }) Red(folder.At(name, "1.png"));
        using var set = ImageFolder.Read(folder.Path, 4);
        Assert.Equal(["B", "Z", "_", "a10", "a2", "b", "ä"], set.ClassNames);
    }

    [Theory]
    [InlineData("train", "val")]
    [InlineData("only")]
    public void TheFolderAboveTheClassesIsNotTakenForThem(params string[] parts)
    {
        using var folder = new TemporaryFolder();
        foreach (var part in parts)
        {
            Red(folder.At(part, "cat", "1.png"));
            Red(folder.At(part, "dog", "1.png"));
        }
        Assert.Contains($"{folder.At(parts[0])} is no class", Refused(folder.Path), StringComparison.Ordinal);
        using var set = ImageFolder.Read(folder.At(parts[0]), 4);
        Assert.Equal(["cat", "dog"], set.ClassNames);
    }

    [Fact]
    public void ImagesWithoutAClassAreSaidToBe()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("holds no folders with images", Refused(folder.Path), StringComparison.Ordinal);
        Red(folder.At("1.png"));
        Assert.Contains("holds images such as 1.png without a class", Refused(folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void LinksAreFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights of their own on Windows");
        using var folder = new TemporaryFolder();
        using var elsewhere = new TemporaryFolder();
        Red(elsewhere.At("1.png"));
        Directory.CreateDirectory(folder.At("b"));
        Directory.CreateSymbolicLink(folder.At("a"), elsewhere.Path);
        File.CreateSymbolicLink(folder.At("b", "x.png"), elsewhere.At("1.png"));
        using (var set = ImageFolder.Read(folder.Path, 4))
        {
            Assert.Equal(["a", "b"], set.ClassNames);
            Assert.Equal([0L, 1L], set.Labels);
        }
        Directory.CreateSymbolicLink(folder.At("b", "loop"), folder.At("b"));
        Assert.Contains("is a link to a folder that holds it", Refused(folder.Path), StringComparison.Ordinal);
        Directory.Delete(folder.At("b", "loop"));
        File.CreateSymbolicLink(folder.At("b", "y.png"), elsewhere.At("gone.png"));
        Assert.Contains("y.png", Refused(folder.Path), StringComparison.Ordinal);
        File.Delete(folder.At("b", "y.png"));
        Directory.CreateSymbolicLink(folder.At("c"), elsewhere.At("gone"));
        Assert.Contains($"{folder.At("c")} is a link to something that is not there", Refused(folder.Path),
            StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderThatMayNotBeReadIsNamed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.UserName == "root", "every folder may be read here");
        using var folder = new TemporaryFolder();
        Red(folder.At("a", "1.png"));
        Directory.CreateDirectory(folder.At("b"));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder.At("b"), UnixFileMode.None);
        Assert.Contains($"{folder.At("b")} cannot be read", Refused(folder.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "it is empty (0 bytes)")]
    [InlineData("version https://git-lfs.github.com/spec/v1\n", "it is a Git LFS pointer")]
    [InlineData("<html>", "it is a web page")]
    public void AFileThatIsNoImageIsSaidToBeWhatItIs(string text, string kind)
    {
        using var folder = new TemporaryFolder();
        Red(folder.At("a", "1.png"));
        File.WriteAllText(folder.At("a", "2.jpg"), text);
        Assert.Contains($"{folder.At("a", "2.jpg")} is no image that can be read: {kind}", Refused(folder.Path),
            StringComparison.Ordinal);
    }

    // Left red and right blue above, white below: each of the eight orientations would move a corner or a side.
    private static SKColor Corners(int x, int y) => y >= 8 ? SKColors.White : x < 16 ? SKColors.Red : SKColors.Blue;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void PixelsAreTakenAsTheyAreStoredWhateverTheOrientationNoted(byte orientation)
    {
        using var folder = new TemporaryFolder();
        Write(folder.At("a", "1.jpg"), 32, 16, Corners, SKEncodedImageFormat.Jpeg);
        var jpeg = File.ReadAllBytes(folder.At("a", "1.jpg"));
        // APP1: big-endian TIFF with one field, 0x0112 of type short.
        byte[] exif =
        [
            0xff, 0xe1, 0, 34, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0,
            0, 0, 0, 0, 0,
        ];
        File.WriteAllBytes(folder.At("a", "1.jpg"), [.. jpeg[..2], .. exif, .. jpeg[2..]]);
        using (var codec = SKCodec.Create(folder.At("a", "1.jpg"))) Assert.Equal(orientation,
            (byte)codec.EncodedOrigin);
        using var set = ImageFolder.Read(folder.Path, 16);
        foreach (var (x, y) in new[] { (2, 2), (13, 2), (2, 13), (13, 13) })
        {
            var expected = Corners(2 * x, y);
            Assert.InRange(set.Images[0, 0, y, x].item<byte>(), Math.Max(0, expected.Red - 12),
                Math.Min(255, expected.Red + 12));
            Assert.InRange(set.Images[0, 2, y, x].item<byte>(), Math.Max(0, expected.Blue - 12),
                Math.Min(255, expected.Blue + 12));
        }
    }
}
