using System.Text.Json;
using W2S.Data.Batches;
using W2S.Data.Views;
using W2S.Torch;

namespace W2S.Tests.Data.Views;

public sealed class ImageOperationsTests
{
    private static readonly JsonElement Reference = ReferenceFile.Read("data_augmentation.json");

    public static TheoryData<string> Operations =>
        [.. Reference.GetProperty("cases").EnumerateArray().Select(item => item.GetProperty("operation").GetString()!)
            .Distinct()];

    [Theory]
    [MemberData(nameof(Operations))]
    public void EachOperationEqualsTorchvisions(string name)
    {
        var (height, width) = (Reference.GetProperty("height").GetInt32(), Reference.GetProperty("width").GetInt32());
        foreach (var item in Reference.GetProperty("cases").EnumerateArray().Where(
            item => item.GetProperty("operation").GetString() == name))
        {
            var amount = item.GetProperty("amount").GetDouble();
            byte[] planes = [.. Reference.Floats("image").Select(value => (byte)value)];
            ImageOperations.Apply(new(Enum.Parse<ImageOperation>(name), amount), planes, new byte[planes.Length],
                height, width);
            var expected = item.Floats("values");
            var wrong = Enumerable.Range(0, planes.Length).Where(i => planes[i] != expected[i]).ToArray();
            Assert.True(
                wrong.Length == 0,
                $"{name} {amount}: {wrong.Length} of {planes.Length} values differ, the first at "
                + $"{wrong.FirstOrDefault()}: "
                + $"{planes[wrong.FirstOrDefault()]} for {expected[wrong.FirstOrDefault()]}");
        }
    }

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
    public void PoliciesDrawWhatTheirTablesSay()
    {
        Assert.Equal(25, new AutoAugment().Pairs.Count);
        Assert.Equal(25, new AutoAugment(AutoAugmentPolicy.ImageNet).Pairs.Count);
        Assert.Equal((ImageOperation.Rotate, 0.7, 2), new AutoAugment().Pairs[1][0]);
        Assert.Equal((ImageOperation.TranslateX, 0.3, 9), new AutoAugment().Pairs[1][1]);
        Assert.Equal((ImageOperation.Equalize, 1.0, 0), new AutoAugment(AutoAugmentPolicy.ImageNet).Pairs[7][1]);

        var random = new SeededRandom(1);
        var drawn = Enumerable.Range(0, 20_000).SelectMany(_ => new AutoAugment().Draw(ref random, 32, 32)).ToArray();
        // Rotations come from pair 2 alone: 20,000/25 · 0.7, magnitude 2 of 9 of 30 degrees, either way.
        var turns = drawn.Where(step => step.Operation == ImageOperation.Rotate).ToArray();
        Assert.InRange(turns.Length, 480, 640);
        Assert.All(turns, turn => Assert.Equal(30 * 2 / 9.0, Math.Abs(turn.Amount), 9));
        Assert.InRange(turns.Count(turn => turn.Amount > 0), turns.Length * 0.4, turns.Length * 0.6);

        var rand = new RandAugment(3, 15);
        var steps = Enumerable.Range(0, 5_000).SelectMany(_ => rand.Draw(ref random, 40, 20)).ToArray();
        Assert.Equal(15_000, steps.Length);
        Assert.Equal(14, steps.Select(step => step.Operation).Distinct().Count());
        Assert.All(steps.Where(step => step.Operation == ImageOperation.Posterize),
            step => Assert.Equal(6, step.Amount));
        Assert.All(steps.Where(step => step.Operation == ImageOperation.Solarize),
            step => Assert.Equal(127.5, step.Amount));
        Assert.All(steps.Where(step => step.Operation == ImageOperation.TranslateX),
            step => Assert.Equal(150.0 / 331 * 10, Math.Abs(step.Amount), 9));
    }

    [Fact]
    public void JitterStaysInItsRangesAndChangesItsOrder()
    {
        var random = new SeededRandom(2);
        var jitter = new ColorJitter(0.4, 0.5, 1.5, 0.1);
        var draws = Enumerable.Range(0, 1000).Select(_ => jitter.Draw(ref random)).ToArray();
        Assert.All(draws, steps => Assert.Equal(4, steps.Length));
        Assert.Equal(24,
            draws.Select(steps => string.Join(' ', steps.Select(step => step.Operation))).Distinct().Count());
        Check(ImageOperation.Brightness, 0.6, 1.4);
        Check(ImageOperation.Contrast, 0.5, 1.5);
        Check(ImageOperation.Saturation, 0, 2.5);
        Check(ImageOperation.Hue, -0.1, 0.1);

        void Check(ImageOperation operation, double low, double high)
        {
            var amounts =
                draws.SelectMany(steps => steps).Where(step => step.Operation == operation).Select(step => step.Amount)
                    .ToArray();
            Assert.InRange(amounts.Min(), low, low + 0.02 * (high - low));
            Assert.InRange(amounts.Max(), high - 0.02 * (high - low), high);
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
