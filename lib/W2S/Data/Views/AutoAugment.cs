using W2S.Torch;

namespace W2S.Data.Views;

/// <summary>For which images a policy was found.</summary>
public enum AutoAugmentPolicy
{
    /// <summary>CIFAR-10, used for CIFAR-100 too.</summary>
    Cifar10,

    /// <summary>ImageNet.</summary>
    ImageNet,
}

/// <summary>One of 25 pairs of operations, each done with a probability of its own.</summary>
/// <remarks>Cubuk et al., "AutoAugment", CVPR 2019, tables 7 and 9 of its appendix; magnitudes in ten bins with
/// torchvision's ranges.</remarks>
/// <param name="Found">Which policy. CIFAR-10's by default.</param>
/// <param name="Deviation">Standard deviation of each operation's own magnitude, cut to 0 … 9. 0 by default; timm's
/// <c>mstd0.5</c> is 0.5.</param>
public sealed record AutoAugment(AutoAugmentPolicy Found = AutoAugmentPolicy.Cifar10, double Deviation = 0)
    : AugmentationPolicy
{
    // Operation, probability in tenths, magnitude.
    private const string Cifar10 = """
        Invert 1 0 Contrast 2 6|Rotate 7 2 TranslateX 3 9|Sharpness 8 1 Sharpness 9 3|ShearY 5 8 TranslateY 7 9
        AutoContrast 5 0 Equalize 9 0|ShearY 2 7 Posterize 3 7|Saturation 4 3 Brightness 6 7|Sharpness 3 9 Brightness 7 9
        Equalize 6 0 Equalize 5 0|Contrast 6 7 Sharpness 6 5|Saturation 7 7 TranslateX 5 8|Equalize 3 0 AutoContrast 4 0
        TranslateY 4 3 Sharpness 2 6|Brightness 9 6 Saturation 2 8|Solarize 5 2 Invert 0 0|Equalize 2 0 AutoContrast 6 0
        Equalize 2 0 Equalize 6 0|Saturation 9 9 Equalize 6 0|AutoContrast 8 0 Solarize 2 8|Brightness 1 3 Saturation 7 0
        Solarize 4 5 AutoContrast 9 0|TranslateY 9 9 TranslateY 7 9|AutoContrast 9 0 Solarize 8 3|Equalize 8 0 Invert 1 0
        TranslateY 7 9 AutoContrast 9 0
        """;

    private const string ImageNet = """
        Posterize 4 8 Rotate 6 9|Solarize 6 5 AutoContrast 6 0|Equalize 8 0 Equalize 6 0|Posterize 6 7 Posterize 6 6
        Equalize 4 0 Solarize 2 4|Equalize 4 0 Rotate 8 8|Solarize 6 3 Equalize 6 0|Posterize 8 5 Equalize 10 0
        Rotate 2 3 Solarize 6 8|Equalize 6 0 Posterize 4 6|Rotate 8 8 Saturation 4 0|Rotate 4 9 Equalize 6 0
        Equalize 0 0 Equalize 8 0|Invert 6 0 Equalize 10 0|Saturation 6 4 Contrast 10 8|Rotate 8 8 Saturation 10 2
        Saturation 8 8 Solarize 8 7|Sharpness 4 7 Invert 6 0|ShearX 6 5 Equalize 10 0|Saturation 4 0 Equalize 6 0
        Equalize 4 0 Solarize 2 4|Solarize 6 5 AutoContrast 6 0|Invert 6 0 Equalize 10 0|Saturation 6 4 Contrast 10 8
        Equalize 8 0 Equalize 6 0
        """;

    private static readonly (ImageOperation Operation, double Probability, int Magnitude)[][] Cifar10Pairs =
        Parse(Cifar10);
    private static readonly (ImageOperation Operation, double Probability, int Magnitude)[][] ImageNetPairs =
        Parse(ImageNet);

    internal IReadOnlyList<(ImageOperation Operation, double Probability, int Magnitude)[]> Pairs =>
        Found == AutoAugmentPolicy.Cifar10 ? Cifar10Pairs : ImageNetPairs;

    internal override void Check() => ArgumentOutOfRangeException.ThrowIfNegative(Deviation);

    internal override ImageStep[] Draw(ref SeededRandom random, int height, int width)
    {
        var steps = new List<ImageStep>(2);
        foreach (var (operation, probability, magnitude) in Pairs[random.Next(Pairs.Count)])
        {
            if (!random.NextBool(probability)) continue;
            var own = Deviation == 0 ? magnitude : Math.Clamp(magnitude + Deviation * random.NextNormal(), 0, 9);
            steps.Add(Step(operation, own / 9, ref random, height, width));
        }
        return [.. steps];
    }

    private static (ImageOperation, double, int)[][] Parse(string pairs) =>
    [
        .. pairs.Split(['|', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(
            pair =>
        {
            var words = pair.Split(' ');
            return new[] { One(words, 0), One(words, 3) };
        }),
    ];

    private static (ImageOperation, double, int) One(string[] words, int at) =>
        (Enum.Parse<ImageOperation>(words[at]), words[at + 1] == "10" ? 1 : (words[at + 1][0] - '0') / 10.0,
            words[at + 2][0] - '0');
}
