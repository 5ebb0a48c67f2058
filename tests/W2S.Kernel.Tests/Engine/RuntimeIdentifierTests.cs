using W2S.Kernel.Engine.Assemblies;

namespace W2S.Kernel.Tests.Engine;

public sealed class RuntimeIdentifierTests
{
    [Theory]
    [InlineData("linux-x64", "linux-x64")]
    [InlineData("linux-musl-arm64", "linux-musl-arm64")]
    [InlineData("ubuntu.26.04-x64", "linux-x64")]
    [InlineData("alpine.3.23-x64", "linux-musl-x64")]
    public void ADistributionsOwnRuntimeHasThePortableName(string own, string portable)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the names are Linux's");
        Assert.Equal(portable, RuntimeIdentifiers.PortableOf(own));
    }
}
