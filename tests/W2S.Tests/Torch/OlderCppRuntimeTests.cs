using W2S.Torch;

namespace W2S.Tests.Torch;

public sealed class OlderCppRuntimeTests
{
    // As `readelf -V` shows TorchSharp's own: the hash of the name, flags, an index, where the name stands.
    private static readonly byte[] Entry = [0x42, 0xf8, 0x97, 0x02, 0, 0, 9, 0, 0x1c, 0, 0, 0];

    [Fact]
    public void OneRequirementBecomesWeakAndNothingElseChanges()
    {
        byte[] image = [1, 2, 3, .. Entry, 4];

        Assert.True(OlderCppRuntime.MakeWeak(image, "GLIBCXX_3.4.32"));
        Assert.Equal([1, 2, 3, 0x42, 0xf8, 0x97, 0x02, 2, .. Entry[5..], 4], image);
        Assert.False(OlderCppRuntime.MakeWeak(image, "GLIBCXX_3.4.32")); // weak already
    }

    [Fact]
    public void WhereTheEntryIsNotCertainNothingIsChanged()
    {
        byte[] twice = [.. Entry, .. Entry];

        Assert.False(OlderCppRuntime.MakeWeak(twice, "GLIBCXX_3.4.32"));
        Assert.Equal([.. Entry, .. Entry], twice);
        Assert.False(OlderCppRuntime.MakeWeak([.. Entry], "GLIBCXX_3.4.31"));
    }

    [Fact]
    public void OnlyAMissingVersionIsCured() =>
        Assert.False(OlderCppRuntime.TryLoad("/none", "/none: cannot open shared object file"));
}
