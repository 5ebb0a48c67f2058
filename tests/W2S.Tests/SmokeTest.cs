using static TorchSharp.torch;

namespace W2S.Tests;

public sealed class SmokeTest
{
    [Fact]
    public void LibtorchLoads()
    {
        using var one = ones(2, 3);
        Assert.Equal(6f, one.sum().item<float>());
    }
}
