using W2S.Data.Batches;
using W2S.Data.Views;
using W2S.Torch;

namespace W2S.Tests.Data.Views;

public sealed class AugmentationTests
{
    [Fact]
    public void EnlargingAPartEqualsPyTorch()
    {
        var reference = ReferenceFile.Read("data_crop.json");
        var (height, width) = (reference.GetProperty("height").GetInt32(), reference.GetProperty("width").GetInt32());
        byte[] image = [.. reference.Floats("image").Select(value => (byte)value)];
        foreach (var item in reference.GetProperty("cases").EnumerateArray())
        {
            var part = item.Floats("part").Select(value => (int)value).ToArray();
            var target = new byte[image.Length];
            CropResize.Apply(image, (part[0], part[1], part[2], part[3]), target, height, width);
            Assert.All(item.Floats("values").Zip(target),
                pair => Assert.InRange(pair.Second, pair.First - 0.502f, pair.First + 0.502f));
        }
    }

    [Fact]
    public void CropsAndErasedPartsHaveTheirAreas()
    {
        var random = new SeededRandom(3);
        var (crop, erasing) = (new RandomResizedCrop(0.25), new RandomErasing());
        var areas = new List<double>();
        var erased = 0;
        for (var i = 0; i < 4000; i++)
        {
            var (top, left, h, w) = crop.Draw(ref random, 64, 64);
            Assert.True(top >= 0 && left >= 0 && h > 0 && w > 0 && top + h <= 64 && left + w <= 64);
            areas.Add(h * w / 4096.0);
            (top, left, h, w) = erasing.Draw(ref random, 64, 64);
            if (h == 0) continue;
            Assert.True(top + h <= 64 && left + w <= 64 && h * w is > 60 and < 1450);
            erased++;
        }
        Assert.InRange(areas.Min(), 0.22, 0.27);
        // 0.625 for areas alone, less since the largest do not fit at every ratio
        Assert.InRange(areas.Average(), 0.55, 0.63);
        Assert.InRange(erased, 1880, 2120);
        Assert.Equal((0, 12, 40, 53), new RandomResizedCrop(1, 1).Draw(ref random, 40, 77));
    }

    [Fact]
    public void BetaHasItsMoments()
    {
        foreach (var alpha in new[] { 0.05, 0.8, 1, 3 })
        {
            var random = new SeededRandom(4);
            var values = Enumerable.Range(0, 20_000).Select(_ => MixOptions.Beta(ref random, alpha)).ToArray();
            Assert.All(values, value => Assert.InRange(value, 0, 1));
            Assert.Equal(0.5, values.Average(), 0.015);
            Assert.Equal(1 / (4 * (2 * alpha + 1)), values.Average(value => (value - 0.5) * (value - 0.5)), 0.006);
        }
    }
}
