using W2S.Torch;

namespace W2S.Data.Views;

/// <summary>What a blotted-out rectangle shows.</summary>
public enum ErasingFill
{
    /// <summary>0 after normalisation, the mean colour.</summary>
    Zero,

    /// <summary>Standard normal noise after normalisation, one number a value.</summary>
    Noise,
}

/// <summary>A random rectangle of the normalised image, blotted out.</summary>
/// <remarks>
/// Zhong et al., "Random Erasing Data Augmentation", AAAI 2020, in the form of torchvision: up to ten times draw an
/// area U(MinScale, MaxScale)·H·W and an aspect ratio exp(U(ln MinRatio, ln MaxRatio)); height √(area·ratio), width
/// √(area/ratio), rounded; the first smaller than the image is placed at random. Where none is, nothing is erased.
/// </remarks>
/// <param name="Probability">Share of the images. ½ by default.</param>
/// <param name="MinScale">Least share of the area. 0.02 by default.</param>
/// <param name="MaxScale">Largest share of the area. 0.33 by default.</param>
/// <param name="MinRatio">Least height over width. 0.3 by default.</param>
/// <param name="MaxRatio">Largest height over width. 3.3 by default.</param>
/// <param name="Fill">What the rectangle shows. Zero by default.</param>
public sealed record RandomErasing(
    double Probability = 0.5, double MinScale = 0.02, double MaxScale = 0.33, double MinRatio = 0.3,
    double MaxRatio = 3.3, ErasingFill Fill = ErasingFill.Zero)
{
    internal void Check()
    {
        if (!(Probability is >= 0 and <= 1 && MinScale > 0 && MinScale <= MaxScale && MaxScale <= 1 && MinRatio > 0
            && MinRatio <= MaxRatio))
        {
            throw new ArgumentException(
                $"{this} is no random erasing: 0 ≤ Probability ≤ 1, 0 < MinScale ≤ MaxScale ≤ 1 and 0 < MinRatio ≤ "
                + "MaxRatio must hold");
        }
    }

    internal (int Top, int Left, int Height, int Width) Draw(ref SeededRandom random, int height, int width)
    {
        if (!random.NextBool(Probability)) return default;
        for (var attempt = 0; attempt < 10; attempt++)
        {
            var area = height * width * random.NextDouble(MinScale, MaxScale);
            var ratio = Math.Exp(random.NextDouble(Math.Log(MinRatio), Math.Log(MaxRatio)));
            var (h, w) = ((int)Math.Round(Math.Sqrt(area * ratio)), (int)Math.Round(Math.Sqrt(area / ratio)));
            if (h < height && w < width) return (random.Next(height - h + 1), random.Next(width - w + 1), h, w);
        }
        return default;
    }
}
