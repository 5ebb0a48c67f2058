using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Tests.Torch;

[Collection(ProcessWide.Name)]
public sealed class TorchNativeTests
{
    [Fact]
    public void ChannelsLastMovesNumbersOnly()
    {
        using var scope = NewDisposeScope();
        var images = randn(2, 3, 4, 5);
        var last = TorchNative.ChannelsLast(images);
        Assert.Equal([60, 1, 15, 3], last.stride());
        Assert.True(images.allclose(last, rtol: 0, atol: 0));
    }

    [Fact]
    public void AutocastNarrowsMatrixProductsInsideItsScopeOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && !TorchNative.HasAutocast,
            "the names of Visual C++ are not found in this libtorch");
        Assert.True(TorchNative.HasAutocast);
        using var scope = NewDisposeScope();
        var x = randn(4, 4);
        using (TorchNative.Autocast(DeviceType.CPU, ScalarType.BFloat16))
        {
            Assert.Equal(ScalarType.BFloat16, x.mm(x).dtype);
            using (TorchNative.Autocast(DeviceType.CPU, ScalarType.BFloat16))
                Assert.Equal(ScalarType.BFloat16, x.mm(x).dtype);
            Assert.Equal(ScalarType.BFloat16, x.mm(x).dtype);
        }
        Assert.Equal(ScalarType.Float32, x.mm(x).dtype);
    }

    [Fact]
    public void GradientsUnderAutocastArriveInFloat32()
    {
        Assert.SkipUnless(TorchNative.HasAutocast, "this libtorch has no autocast switch");
        using var scope = NewDisposeScope();
        manual_seed(0);
        var (weight, x) = (randn(8, 8).requires_grad_(), randn(16, 8));
        x.mm(weight).square().mean().backward();
        var exact = weight.grad!.clone();
        weight.grad!.zero_();
        using (TorchNative.Autocast(DeviceType.CPU, ScalarType.BFloat16))
            x.mm(weight).to(ScalarType.Float32).square().mean().backward();
        Assert.Equal(ScalarType.Float32, weight.grad!.dtype);
        Assert.True((weight.grad! - exact).norm().item<float>() < 0.02f * exact.norm().item<float>());
    }
}
