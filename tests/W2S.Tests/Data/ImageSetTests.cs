using W2S.Data;
using static TorchSharp.torch;

namespace W2S.Tests.Data;

public sealed class ImageSetTests
{
    [Fact]
    public void ImagesThatDoNotLieOneAfterAnotherAreRefused()
    {
        using var scope = NewDisposeScope();
        var all = zeros(6, 3, 4, 4, dtype: ScalarType.Byte);
        foreach (var images in new[] { all[TensorIndex.Slice(step: 2)], all.narrow(0, 0, 1).expand(3, 3, 4, 4),
            all.narrow(0, 0, 3).permute(0, 1, 3, 2) })
        {
            var error = Assert.Throws<ArgumentException>(() => new ImageSet("strided", images, [0, 0, 0], ["a"]));
            Assert.Contains("give a contiguous tensor on the CPU", error.Message);
        }
    }
}
