using SkiaSharp;
using W2S.Data;

namespace W2S.Tests.Data;

public sealed class ImageFolderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static SKColor ReferenceColor(int x, int y)
    {
        byte Value(int channel) => (byte)((channel * 91 + y * 37 + x * 53 + y * x * 11) % 256);
        return new SKColor(Value(0), Value(1), Value(2));
    }

    private static void Write(string path, int width, int height, Func<int, int, SKColor> color, SKEncodedImageFormat format)
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
        var source = new byte[height * width * 3];
        for (var i = 0; i < height * width; i++)
        {
            var color = ReferenceColor(i % width, i / width);
            (source[3 * i], source[3 * i + 1], source[3 * i + 2]) = (color.Red, color.Green, color.Blue);
        }
        foreach (var item in reference.GetProperty("cases").EnumerateArray())
        {
            var (h, w) = (item.GetProperty("height").GetInt32(), item.GetProperty("width").GetInt32());
            var planes = new byte[3 * h * w];
            new BilinearResize(height, width, h, w, item.GetProperty("antialias").GetBoolean()).Apply(source, 3, planes);
            Assert.All(item.Floats("values").Zip(planes), pair => Assert.InRange(pair.Second, pair.First - 0.501f, pair.First + 0.501f));
        }
    }

    [Fact]
    public void ClassesAndFilesAreSortedAndSquaresHalved()
    {
        using var folder = new TemporaryFolder();
        Write(folder.At("b", "2.png"), 8, 8, (x, y) => new SKColor((byte)(10 * x), (byte)(10 * y), 200), SKEncodedImageFormat.Png);
        Write(folder.At("b", "10.PNG"), 4, 4, (_, _) => SKColors.Red, SKEncodedImageFormat.Png);
        Write(folder.At("a", "x.jpeg"), 8, 8, (_, _) => new SKColor(40, 80, 120), SKEncodedImageFormat.Jpeg);
        File.WriteAllText(folder.At("b", "readme.txt"), "no image");
        Directory.CreateDirectory(folder.At("empty"));
        using var set = ImageFolder.Read(folder.Path, 4, "mine", cancel: Cancel);
        Assert.Equal(["a", "b"], set.ClassNames);
        Assert.Equal([0L, 1L, 1L], set.Labels);
        Assert.Equal("mine", set.Name);
        Assert.Equal(255, set.Images[1, 0, 0, 0].item<byte>()); // 10.PNG comes before 2.png
        Assert.Equal([5, 25, 45, 65], Enumerable.Range(0, 4).Select(x => (int)set.Images[2, 0, 1, x].item<byte>()));
        Assert.Equal([5, 25, 45, 65], Enumerable.Range(0, 4).Select(y => (int)set.Images[2, 1, y, 1].item<byte>()));
        Assert.InRange(set.Images[0, 2, 2, 2].item<byte>(), 118, 122);
        using var first = ImageFolder.Read(folder.Path, 4, perClass: 1, cancel: Cancel);
        Assert.Equal(2, first.Count);
    }

    [Fact]
    public void ABrokenImageIsNamed()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 4; i++)
        {
            Write(folder.At("a", $"{i}.jpg"), 64, 64, (x, y) => new SKColor((byte)(4 * x), (byte)(4 * y), (byte)(x * y)), SKEncodedImageFormat.Jpeg);
        }
        var bytes = File.ReadAllBytes(folder.At("a", "2.jpg"));
        File.WriteAllBytes(folder.At("a", "2.jpg"), bytes[..(bytes.Length / 2)]);
        var error = Assert.Throws<InvalidDataException>(() => ImageFolder.Read(folder.Path, 32, cancel: Cancel));
        Assert.Contains(folder.At("a", "2.jpg") + " is damaged or cut short", error.Message, StringComparison.Ordinal);
        File.WriteAllText(folder.At("a", "1.jpg"), "this is no image");
        error = Assert.Throws<InvalidDataException>(() => ImageFolder.Read(folder.Path, 32, cancel: Cancel));
        Assert.Contains(folder.At("a", "1.jpg"), error.Message, StringComparison.Ordinal);
        Assert.Contains("1 more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderWithoutImagesIsNamed()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<InvalidDataException>(() => ImageFolder.Read(folder.Path, 32, cancel: Cancel));
        Assert.Throws<DirectoryNotFoundException>(() => ImageFolder.Read(folder.At("absent"), 32, cancel: Cancel));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageFolder.Read(folder.Path, 0, cancel: Cancel));
    }
}
