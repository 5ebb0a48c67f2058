using W2S.Kernel.Engine;

namespace W2S.Kernel.Tests;

public sealed class SmokeTest
{
    [Fact]
    public void BundleKeepsOrder() => Assert.Equal(["text/plain"], new MimeBundle("text/plain", "x").Keys);
}
