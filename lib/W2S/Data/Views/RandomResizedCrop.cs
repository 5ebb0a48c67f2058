using W2S.Torch;

namespace W2S.Data.Views;

/// <summary>A random part of the image, enlarged to its whole size.</summary>
/// <remarks>
/// Szegedy et al., "Going deeper with convolutions", CVPR 2015, in the form of torchvision: up to ten times draw an
/// area U(MinScale, MaxScale)·H·W and an aspect ratio exp(U(ln MinRatio, ln MaxRatio)); width √(area·ratio), height
/// √(area/ratio), rounded; the first that fits is placed at random. Where none fits, the largest centred part within
/// the ratios. Resized with the two nearest pixels of each axis, centres at ½.
/// </remarks>
/// <param name="MinScale">Least share of the area. 0.08 by default.</param>
/// <param name="MaxScale">Largest share of the area. 1 by default.</param>
/// <param name="MinRatio">Least width over height. 3/4 by default.</param>
/// <param name="MaxRatio">Largest width over height. 4/3 by default.</param>
public sealed record RandomResizedCrop(double MinScale = 0.08, double MaxScale = 1, double MinRatio = 3.0 / 4,
    double MaxRatio = 4.0 / 3)
{
    internal void Check()
    {
        if (!(MinScale > 0 && MinScale <= MaxScale && MaxScale <= 1 && MinRatio > 0 && MinRatio <= MaxRatio))
        {
            throw new ArgumentException(
                $"{this} is no random resized crop: 0 < MinScale ≤ MaxScale ≤ 1 and 0 < MinRatio ≤ MaxRatio must hold");
        }
    }

    internal (int Top, int Left, int Height, int Width) Draw(ref SeededRandom random, int height, int width)
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            var area = height * width * random.NextDouble(MinScale, MaxScale);
            var ratio = Math.Exp(random.NextDouble(Math.Log(MinRatio), Math.Log(MaxRatio)));
            var (w, h) = ((int)Math.Round(Math.Sqrt(area * ratio)), (int)Math.Round(Math.Sqrt(area / ratio)));
            if (w > 0 && w <= width && h > 0 && h <= height)
                return (random.Next(height - h + 1), random.Next(width - w + 1), h, w);
        }
        var own = (double)width / height;
        var (allHeight, allWidth) = own < MinRatio ? ((int)Math.Round(width / MinRatio), width)
            : own > MaxRatio ? (height, (int)Math.Round(height * MaxRatio)) : (height, width);
        return ((height - allHeight) / 2, (width - allWidth) / 2, allHeight, allWidth);
    }
}
