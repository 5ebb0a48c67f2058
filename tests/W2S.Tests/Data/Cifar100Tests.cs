using W2S.Data;

namespace W2S.Tests.Data;

public sealed class Cifar100Tests
{
    private const int Record = 3074;

    // Image i has class i % 100 and pixel values that name image, plane and place.
    private static TemporaryFolder Written(Action<byte[]>? damage = null, int length = 10_000 * Record)
    {
        var folder = new TemporaryFolder();
        var bytes = new byte[10_000 * Record];
        for (var i = 0; i < 10_000; i++)
        {
            bytes[i * Record] = (byte)Cifar100.SuperClasses[i % 100];
            bytes[i * Record + 1] = (byte)(i % 100);
            for (var k = 0; k < 3072; k++)
            {
                bytes[i * Record + 2 + k] = (byte)(i + 7 * k + k / 1024);
            }
        }
        damage?.Invoke(bytes);
        File.WriteAllBytes(folder.At("test.bin"), bytes[..length]);
        File.WriteAllLines(folder.At("fine_label_names.txt"), Enumerable.Range(0, 100).Select(k => $"class{k}"));
        File.WriteAllLines(folder.At("coarse_label_names.txt"), Enumerable.Range(0, 20).Select(k => $"super{k}"));
        return folder;
    }

    [Fact]
    public void PixelsAndLabelsComeFromTheRecord()
    {
        using var folder = Written();
        using var fine = Cifar100.Read(folder.Path, DataSplit.Test);
        using var coarse = Cifar100.Read(folder.Path, DataSplit.Test, Cifar100Labels.Coarse);
        Assert.Equal((10_000, 100, 32, 32), (fine.Count, fine.Classes, fine.Height, fine.Width));
        Assert.Equal(20, coarse.Classes);
        Assert.Equal(34, fine.Labels[1234]);
        Assert.Equal(Cifar100.SuperClasses[34], coarse.Labels[1234]);
        const int place = 2 * 1024 + 5 * 32 + 6;
        Assert.Equal(unchecked((byte)(1234 + 7 * place + 2)), fine.Images[1234, 2, 5, 6].item<byte>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Record)]
    [InlineData(30_739_999)]
    public void AFileCutShortIsNamedWithItsSizes(int length)
    {
        using var folder = Written(length: length);
        var error = Assert.Throws<InvalidDataException>(() => Cifar100.Read(folder.Path, DataSplit.Test));
        Assert.Contains(folder.At("test.bin"), error.Message, StringComparison.Ordinal);
        Assert.Contains($"{length:N0}", error.Message, StringComparison.Ordinal);
        Assert.Contains("30,740,000", error.Message, StringComparison.Ordinal);
        Assert.Contains("./w2s data cifar-100", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 20)] // no such super-class
    [InlineData(1, 100)] // no such class
    [InlineData(1, 42)] // a class of another super-class
    public void ALabelThatCannotBeIsNamedWithItsImage(int offset, byte value)
    {
        using var folder = Written(bytes => bytes[777 * Record + offset] = value);
        var error = Assert.Throws<InvalidDataException>(() => Cifar100.Read(folder.Path, DataSplit.Test));
        Assert.Contains("image 777", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingFileIsNamed()
    {
        using var folder = Written();
        var error = Assert.Throws<FileNotFoundException>(() => Cifar100.Read(folder.Path, DataSplit.Train));
        Assert.Contains("train.bin", error.Message, StringComparison.Ordinal);
        File.WriteAllText(folder.At("fine_label_names.txt"), "one\n");
        Assert.Throws<InvalidDataException>(() => Cifar100.Read(folder.Path, DataSplit.Test));
    }

    [Fact]
    public void TheRealTestPart()
    {
        var folder = DataFolder.Find(Cifar100.Folder);
        Assert.SkipWhen(folder is null, DataFolder.Missing(Cifar100.Folder));
        using var set = Cifar100.Read(folder!, DataSplit.Test);
        Assert.All(Enumerable.Range(0, 100), label => Assert.Equal(100, set.Labels.Count(other => other == label)));
        Assert.Equal("mountain", set.ClassNames[(int)set.Labels[0]]);
    }
}
