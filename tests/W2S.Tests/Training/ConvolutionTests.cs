using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Tests.Training;

/// <summary>Convolutions on the CPU in the layout that the trainer uses agree with those in float64.</summary>
/// <remarks>In the plain layout libtorch 2.10 does not: where a number of channels is no multiple of the vector width,
/// its convolutions read memory that nobody has written. That is why the trainer, the extractor and the cache put
/// channels last.</remarks>
[Collection(ProcessWide.Name)]
public sealed class ConvolutionTests
{
    [Theory, InlineData(3, 8), InlineData(8, 8), InlineData(12, 20), InlineData(20, 24), InlineData(24, 10),
        InlineData(40, 100)]
    public void ChannelsLastIsExactForAnyNumberOfChannels(int inputs, int outputs)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var x = randn(16, inputs, 12, 12, generator: generator);
        var w = randn(outputs, inputs, 3, 3, generator: generator);
        var g = randn(16, outputs, 12, 12, generator: generator);
        var (exact, ours) = (Run(ScalarType.Float64), Run(ScalarType.Float32));
        foreach (var (a, b) in exact.Zip(ours))
            Assert.True((a - b).abs().max().item<double>() < 1e-4 * a.abs().max().item<double>());

        Tensor[] Run(ScalarType type)
        {
            var images = TorchNative.ChannelsLast(x.to_type(type)).detach().requires_grad_();
            var weight = TorchNative.ChannelsLast(w.to_type(type)).detach().requires_grad_();
            for (var size = 256; size < 1 << 20; size *= 2)
                full(size, 1e10f).Dispose(); // what unwritten memory may hold
            var y = nn.functional.conv2d(images, weight, padding: [1, 1]);
            (y * TorchNative.ChannelsLast(g.to_type(type))).sum().backward();
            return [.. new[] { y.detach(), images.grad!, weight.grad! }.Select(t => t.to_type(ScalarType.Float64))];
        }
    }
}
