using TorchSharp;
using W2S.Data;
using W2S.Data.Corruptions;
using W2S.Data.Shapes;
using W2S.Data.Sources;
using static TorchSharp.torch;

namespace W2S.Tests.Data.Corruptions;

public sealed class CorruptionTests
{
    [Fact]
    public void EqualThePublishedDefinitionsInNumPy()
    {
        using var scope = NewDisposeScope();
        var reference = ReferenceFile.Read("corruptions.json");
        var (height, width) = (reference.GetProperty("height").GetInt32(), reference.GetProperty("width").GetInt32());
        byte[] image = [.. reference.Floats("image").Select(value => (byte)value)];
        using var set = Two(image, height, width);
        foreach (var item in reference.GetProperty("cases").EnumerateArray())
        {
            var corruption = new Corruption(Enum.Parse<CorruptionKind>(item.GetProperty("kind").GetString()!),
                item.GetProperty("severity").GetInt32());
            using var spoilt = corruption.Of(set, seed: reference.GetProperty("seed").GetInt64());
            // Cut off, not rounded: a value within rounding of a whole number may fall to either side.
            Assert.All(item.Floats("values").Zip(spoilt.Images[1].contiguous().bytes.ToArray()),
                pair => Assert.InRange(pair.First - pair.Second, -2e-4f, 1 + 2e-4f));
            Assert.Equal(set.Labels, spoilt.Labels);
        }
    }

    [Fact]
    public void NoiseIsTheSeedsAndThePlacesOwnAndHasItsDeviation()
    {
        using var set = Grey(3, 64);
        Corruption noise = new(CorruptionKind.GaussianNoise, 5);
        using ImageSet one = noise.Of(set, 3), again = noise.Of(set, 3), other = noise.Of(set, 4);
        Assert.True(one.Images.Equals(again.Images));
        Assert.False(one.Images.Equals(other.Images));
        using var scope = NewDisposeScope();
        Assert.False(one.Images[0].Equals(one.Images[1]));
        Assert.Equal(.18 * 255, one.Images.to_type(ScalarType.Float64).std().item<double>(), .5);
        using var clean = (noise with { Severity = 0 }).Of(set);
        Assert.True(clean.Images.Equals(set.Images));
    }

    [Fact]
    public void JpegIsWhatIsReadFromAFileOfThatQuality()
    {
        using var set = new ShapesSource(new ShapesOptions { Count = 2, Difficulty = .6 }, 1).Read();
        using var scope = NewDisposeScope();
        var farther = 0.0;
        for (var severity = 1; severity <= Corruption.MostSevere; severity++)
        {
            using var spoilt = new Corruption(CorruptionKind.Jpeg, severity).Of(set);
            Assert.Equal(set.Images.shape, spoilt.Images.shape);
            using var noise = new Corruption(CorruptionKind.Jpeg, severity).Of(set, seed: 9);
            Assert.True(noise.Images.Equals(spoilt.Images));
            var distance = (spoilt.Images.to_type(ScalarType.Float64) - set.Images.to_type(ScalarType.Float64)).abs()
                .mean().item<double>();
            Assert.InRange(distance, farther, 40);
            Assert.True(distance > .5);
            farther = distance;
        }
    }

    [Fact]
    public void ASourceIsSpoiltUnderItsLabelsAndSeverityNoughtIsTheSource()
    {
        DataSource clean = new ShapesSource(new ShapesOptions { Count = 4 }, 1);
        var spoilt = clean.Corrupted(new(CorruptionKind.Contrast, 2));
        Assert.Equal("shapes, contrast 2", spoilt.Title);
        Assert.Same(clean, clean.Corrupted(new(CorruptionKind.Jpeg, 0)));
        Assert.Equal(spoilt, clean.Corrupted(new(CorruptionKind.Contrast, 2)));
        using ImageSet set = clean.Read(), own = spoilt.Read();
        Assert.Equal(set.Labels, own.Labels);
        Assert.False(set.Images.Equals(own.Images));
        foreach (var wrong in new[] { -1, 6 })
        {
            Assert.Contains($"severity {wrong} is none of 0 to 5", Assert.Throws<ArgumentOutOfRangeException>(
                () => new Corruption(CorruptionKind.Jpeg, wrong)).Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentOutOfRangeException>(
                () => new Corruption(CorruptionKind.Jpeg, 1) with { Severity = wrong });
        }
    }

    private static ImageSet Two(byte[] image, int height, int width) => new("two",
        tensor(image).reshape(1, 3, height, width).expand(2, 3, height, width).contiguous(), [0, 1], ["a", "b"]);

    private static ImageSet Grey(int count, int size) => new("grey",
        full([count, 3, size, size], 128, ScalarType.Byte), new long[count], ["a"]);
}
