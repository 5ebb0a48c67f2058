using System.Security.Cryptography;
using W2S.Data;
using W2S.Data.Shapes;

namespace W2S.Tests.Data.Shapes;

public sealed class ShapeImagesTests
{
    private static string Hash(ImageSet set) => Convert.ToHexStringLower(SHA256.HashData(set.Images.bytes))[..16];

    [Fact]
    public void PicturesAreTheSameOnEveryMachine()
    {
        using var set = ShapeImages.Create(new() { Count = 200, Forms = 10, Colors = 8, Difficulty = 1 }, seed: 7);
        Assert.Equal("6e7faff995b8f2e6", Hash(set));
        using var again = ShapeImages.Create(new() { Count = 200, Forms = 10, Colors = 8, Difficulty = 1 }, seed: 7);
        Assert.Equal(Hash(set), Hash(again));
        using var other = ShapeImages.Create(new() { Count = 200, Forms = 10, Colors = 8, Difficulty = 1 }, seed: 8);
        Assert.NotEqual(Hash(set), Hash(other));
    }

    [Fact]
    public void LabelsNameTheSamePicturesByFormByColourOrByBoth()
    {
        var options = new ShapesOptions { Count = 300 };
        using var both = ShapeImages.Create(options, 1);
        using var forms = ShapeImages.Create(options with { Labels = ShapeLabels.Form }, 1);
        using var colors = ShapeImages.Create(options with { Labels = ShapeLabels.Color }, 1);
        Assert.Equal(Hash(both), Hash(forms));
        Assert.Equal(Hash(both), Hash(colors));
        Assert.Equal((20, 5, 4), (both.Classes, forms.Classes, colors.Classes));
        for (var i = 0; i < both.Count; i++)
        {
            Assert.Equal(both.Labels[i], 4 * forms.Labels[i] + colors.Labels[i]);
        }
        Assert.Equal("red disc", both.ClassNames[0]);
        Assert.All(Enumerable.Range(0, 20), k => Assert.Equal(15, both.Labels.Count(label => label == k)));
    }

    [Fact]
    public void AnEasyPictureShowsItsColourInTheMiddleOfADisc()
    {
        using var set =
            ShapeImages.Create(new() { Count = 40, Forms = 2, Colors = 3, Difficulty = 0, Labels = ShapeLabels.Color },
                3);
        for (var i = 0; i < set.Count; i++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                Assert.Equal(channel == set.Labels[i] ? 255 : 0, set.Images[i, channel, 16, 16].item<byte>());
            }
        }
    }

    [Fact]
    public void NoiseChangesLabelsOnly()
    {
        var options = new ShapesOptions { Count = 500 };
        using var clean = ShapeImages.Create(options, 1);
        using var noisy = ShapeImages.Create(options with { LabelNoise = 0.3 }, 1);
        Assert.Equal(Hash(clean), Hash(noisy));
        Assert.Equal(150, Enumerable.Range(0, 500).Count(i => clean.Labels[i] != noisy.Labels[i]));
    }

    [Fact]
    public void AnOptionOutsideItsRangeIsNamed()
    {
        foreach (var options in new ShapesOptions[]
            { new() { Count = 0 }, new() { Forms = 1 }, new() { Forms = 11 }, new() { Colors = 9 },
                new() { Difficulty = double.NaN }, new() { LabelNoise = 1.5 } })
        {
            var error = Assert.Throws<ArgumentOutOfRangeException>(() => ShapeImages.Create(options, 1));
            Assert.Contains("outside its range", error.Message, StringComparison.Ordinal);
        }
    }
}
