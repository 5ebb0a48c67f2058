using SkiaSharp;
using W2S.Data;
using W2S.Data.Sources;

namespace W2S.Tests.Data.Sources;

/// <summary>A folder is what lies in it.</summary>
public sealed class FolderSourceTests
{
    private static void Write(string path, byte red)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var bitmap = new SKBitmap(4, 4);
        bitmap.Erase(new SKColor(red, 0, 0));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, data.ToArray());
    }

    [Fact]
    public void AMovedFolderIsTheSameAndAChangedOneIsRefused()
    {
        using var folder = new TemporaryFolder();
        foreach (var kind in new[] { "cats", "dogs" }) Write(folder.At("pets", kind, "1.png"), 200);
        var source = new FolderSource(folder.At("pets")) { Size = 2 };
        using (var set = source.Read())
            Assert.Equal(("pets", 2, 200), (set.Name, set.Count, set.Images[0, 0, 1, 1].item<byte>()));

        Directory.Move(folder.At("pets"), folder.At("moved"));
        var moved = new FolderSource(folder.At("moved")) { Name = "pets", Size = 2 };
        Assert.Equal(source, moved);
        Assert.Equal(source.Fingerprint, moved.Fingerprint);
        Assert.NotEqual(moved, moved with { Size = 3 });

        Write(folder.At("moved", "dogs", "2.png"), 100);
        Assert.NotEqual(moved, new FolderSource(folder.At("moved")) { Name = "pets", Size = 2 });
        Assert.Contains("describe the folder anew",
            Assert.Throws<InvalidDataException>(moved.Read).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderThatIsNotThereIsNamed()
    {
        var error = Assert.Throws<DirectoryNotFoundException>(() => new FolderSource("no such pets"));
        Assert.Equal(
            $"there is no folder {Path.GetFullPath("no such pets")}, and no no such pets in {DataFolder.Root}; "
            + "check the path, or fetch the set if it is one of those that ./w2s data lists", error.Message);
        Assert.Throws<ArgumentException>(() => new FolderSource(""));
        Assert.Null(FolderSource.EuroSat.Fingerprint); // its name is enough, also where it is not at hand
    }
}
