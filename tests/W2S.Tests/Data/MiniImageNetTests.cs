using SkiaSharp;
using W2S.Data;

namespace W2S.Tests.Data;

public sealed class MiniImageNetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private void Write(byte grey, params string[] parts)
    {
        var path = folder.At(parts);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var bitmap = new SKBitmap(new SKImageInfo(8, 8));
        bitmap.Erase(new SKColor(grey, grey, grey));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, data.ToArray());
    }

    private void Table(string part, params string[] rows) =>
        File.WriteAllLines(folder.At($"{part}.csv"), rows.Prepend("filename,label"));

    [Fact]
    public void FoldersAndTheCsvFormGiveTheSameSet()
    {
        Write(10, "folders", "train", "n01", "n010001.png");
        Write(20, "folders", "train", "n01", "n010002.png");
        Write(30, "folders", "train", "n02", "n020001.png");
        Write(40, "folders", "test", "n03", "n030001.png");
        Write(10, "images", "n010001.png");
        Write(20, "images", "n010002.png");
        Write(30, "images", "n020001.png");
        Write(40, "images", "n030001.png");
        Table("train", "n020001.png,n02", "n010002.png,n01", "n010001.png,n01");
        Table("test", "n030001.png,n03");

        foreach (var from in (string[])[folder.At("folders"), folder.Path])
        {
            using var set = MiniImageNet.Read(from, ClassPart.Base, 4);
            Assert.Equal("miniImageNet base", set.Name);
            Assert.Equal(["n01", "n02"], set.ClassNames);
            Assert.Equal([0, 0, 1], set.Labels);
            Assert.Equal([10, 20, 30], set.Images.select(1, 0).select(1, 0).select(1, 0).data<byte>().ToArray());
            using var one = MiniImageNet.Read(from, ClassPart.Base, 4, perClass: 1);
            Assert.Equal([0, 1], one.Labels);
            using var novel = MiniImageNet.Read(from, ClassPart.Novel, 4);
            Assert.Equal(["n03"], novel.ClassNames);
        }
    }

    [Fact]
    public void WhatIsWrongIsNamed()
    {
        Write(10, "images", "a.png");
        Table("train", "a.png,n01", "gone.png,n02");
        Assert.Contains("names gone.png, which is not in",
            Assert.Throws<InvalidDataException>(
                () => MiniImageNet.Read(folder.Path, ClassPart.Base, 4)).Message);
        Table("val", "a.png,n01");
        Assert.Contains("class n01 is in train and in val",
            Assert.Throws<InvalidDataException>(
                () => MiniImageNet.Read(folder.Path, ClassPart.Base, 4)).Message);
        Table("val", "../a.png,n05");
        Assert.Contains("val.csv, line 2: '../a.png,n05' is not a file name and a label",
            Assert.Throws<InvalidDataException>(
                () => MiniImageNet.Read(folder.Path, ClassPart.Validation, 4)).Message);
        File.WriteAllText(folder.At("val.csv"), "label\nn05\n");
        Assert.Contains("does not begin with 'filename,label'",
            Assert.Throws<InvalidDataException>(
                () => MiniImageNet.Read(folder.Path, ClassPart.Validation, 4)).Message);
        Assert.Contains("has neither test.csv nor a folder test",
            Assert.Throws<DirectoryNotFoundException>(
                () => MiniImageNet.Read(folder.Path, ClassPart.Novel, 4)).Message);

        Write(1, "both", "train", "n01", "1.png");
        Write(1, "both", "test", "n01", "1.png");
        Assert.Contains("class n01 is in test and in train",
            Assert.Throws<InvalidDataException>(
                () => MiniImageNet.Read(folder.At("both"), ClassPart.Novel, 4)).Message);
    }

    [Fact]
    public void TheRealSetHasTheRaviSplit()
    {
        var real = Environment.GetEnvironmentVariable("W2S_DATA") is { Length: > 0 } data
            ? Path.Combine(data, MiniImageNet.Folder) : null;
        Assert.SkipUnless(Directory.Exists(real), "W2S_DATA names no folder with mini-imagenet");
        foreach (var (part, classes) in ((ClassPart, int)[])[(ClassPart.Base, 64), (ClassPart.Validation, 16),
            (ClassPart.Novel, 20)])
        {
            using var set = MiniImageNet.Read(real!, part, 32, perClass: 2);
            Assert.Equal(classes, set.Classes);
            Assert.Equal(2 * classes, set.Count);
        }
    }
}
