using W2S.Torch;

namespace W2S.Data.Views;

/// <summary>Random brightness, contrast, saturation and hue, in random order.</summary>
/// <remarks>
/// As torchvision's ColorJitter on Pillow images. The factor of each of the first three is U(max(0, 1 − s), 1 + s) for
/// a strength s; the image x becomes d + factor·(x − d), clipped and cut to a byte, d being black (brightness), the
/// mean grey (contrast) or the pixel's own grey (saturation); grey = (19595 R + 38470 G + 7471 B + 32768) / 65536. Hue
/// turns by U(−s, s) of the circle.
/// </remarks>
/// <param name="Brightness">Strength s ≥ 0. 0 by default: unchanged.</param>
/// <param name="Contrast">Strength s ≥ 0. 0 by default: unchanged.</param>
/// <param name="Saturation">Strength s ≥ 0. 0 by default: unchanged.</param>
/// <param name="Hue">Strength 0 ≤ s ≤ ½. 0 by default: unchanged.</param>
public sealed record ColorJitter(double Brightness = 0, double Contrast = 0, double Saturation = 0, double Hue = 0)
{
    internal void Check()
    {
        if (!(Brightness >= 0 && Contrast >= 0 && Saturation >= 0 && Hue is >= 0 and <= 0.5))
        {
            throw new ArgumentException(
                $"{this} is no colour jitter: strengths are not negative, and that of the hue is ½ at most");
        }
    }

    internal ImageStep[] Draw(ref SeededRandom random)
    {
        var steps = new List<ImageStep>(4);
        Add(ref random, ImageOperation.Brightness, Brightness);
        Add(ref random, ImageOperation.Contrast, Contrast);
        Add(ref random, ImageOperation.Saturation, Saturation);
        if (Hue > 0) steps.Add(new(ImageOperation.Hue, random.NextDouble(-Hue, Hue)));
        var order = steps.ToArray();
        random.Shuffle<ImageStep>(order);
        return order;

        void Add(ref SeededRandom source, ImageOperation operation, double strength)
        {
            if (strength > 0) steps.Add(new(operation, source.NextDouble(Math.Max(0, 1 - strength), 1 + strength)));
        }
    }
}
