using W2S.Data;

namespace W2S.Tests.Data;

public sealed class DataFolderTests
{
    [Fact]
    public void TheNamedFolderCounts() =>
        Assert.Equal(Path.GetFullPath("elsewhere"), DataFolder.Locate("elsewhere", Path.GetTempPath()));

    [Fact]
    public void ElseTheRepositoryIsLookedForUpwards()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("W2S.Notebooks.sln"), "");
        var deep = Directory.CreateDirectory(folder.At("notebooks", "deep")).FullName;
        Assert.Equal(folder.At("data"), DataFolder.Locate(null, Path.GetTempPath(), deep));
        Assert.Equal(folder.At("data"), DataFolder.Locate(" ", deep));
    }

    [Fact]
    public void WhatIsMissingNamesTheCommandThatFetchesIt()
    {
        Assert.Null(DataFolder.Find("no-such-set"));
        var error = Assert.Throws<DirectoryNotFoundException>(() => DataFolder.Require("no-such-set/file.pth"));
        Assert.Contains("./w2s data no-such-set,", error.Message, StringComparison.Ordinal);
        Assert.Contains("./w2s data cifar-100,", DataFolder.Missing("cifar-100-binary"), StringComparison.Ordinal);
    }
}
