using W2S.Torch;

namespace W2S.Data.Views;

/// <summary>A few operations drawn at random, all of one magnitude.</summary>
/// <remarks>Cubuk et al., "RandAugment", CVPR Workshops 2020, with the 14 operations and ranges of
/// torchvision.</remarks>
/// <param name="Operations">How many, one after the other. 2 by default.</param>
/// <param name="Magnitude">Their magnitude, from 0 to <paramref name="Bins"/> − 1. 9 by default.</param>
/// <param name="Deviation">Standard deviation of each operation's own magnitude, cut to its range. 0 by default; timm's
/// <c>rand-m9-mstd0.5</c> has 0.5 with 11 bins.</param>
/// <param name="Bins">How many magnitudes there are. 31 by default.</param>
public sealed record RandAugment(int Operations = 2, double Magnitude = 9, double Deviation = 0, int Bins = 31)
    : AugmentationPolicy
{
    private static readonly ImageOperation[] All =
    [
        ImageOperation.Identity, ImageOperation.ShearX, ImageOperation.ShearY, ImageOperation.TranslateX,
        ImageOperation.TranslateY, ImageOperation.Rotate, ImageOperation.Brightness, ImageOperation.Saturation,
        ImageOperation.Contrast, ImageOperation.Sharpness, ImageOperation.Posterize, ImageOperation.Solarize,
        ImageOperation.AutoContrast, ImageOperation.Equalize,
    ];

    internal override void Check()
    {
        if (!(Operations >= 1 && Bins >= 2 && Magnitude >= 0 && Magnitude <= Bins - 1 && Deviation >= 0))
        {
            throw new ArgumentException(
                $"{this} is no policy: Operations ≥ 1, Bins ≥ 2, 0 ≤ Magnitude ≤ Bins − 1 and Deviation ≥ 0 must hold");
        }
    }

    internal override ImageStep[] Draw(ref SeededRandom random, int height, int width)
    {
        var steps = new ImageStep[Operations];
        for (var i = 0; i < steps.Length; i++)
        {
            var operation = All[random.Next(All.Length)];
            var magnitude = Deviation == 0 ? Magnitude
                : Math.Clamp(Magnitude + Deviation * random.NextNormal(), 0, Bins - 1);
            steps[i] = Step(operation, magnitude / (Bins - 1), ref random, height, width);
        }
        return steps;
    }
}
