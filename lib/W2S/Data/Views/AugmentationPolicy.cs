using W2S.Torch;

namespace W2S.Data.Views;

/// <summary>A found or random sequence of image operations: <see cref="AutoAugment"/> or
/// <see cref="RandAugment"/>.</summary>
public abstract record AugmentationPolicy
{
    internal virtual void Check()
    {
    }

    internal abstract ImageStep[] Draw(ref SeededRandom random, int height, int width);

    /// <summary>The amount that a magnitude stands for, and its sign where the operation has two directions.</summary>
    /// <remarks>
    /// The ranges are those of torchvision, share = magnitude/(bins − 1): shear 0.3·share, translation 150/331 of the
    /// side·share, rotation 30°·share, factors 1 ± 0.9·share, posterize 8 − round(4·share) bits, solarize from 255·(1 −
    /// share).
    /// </remarks>
    internal static ImageStep Step(ImageOperation operation, double share, ref SeededRandom random, int height,
        int width)
    {
        double amount;
        switch (operation)
        {
            case ImageOperation.Posterize:
                return new(operation, 8 - Math.Round(4 * share));
            case ImageOperation.Solarize:
                return new(operation, 255 * (1 - share));
            case ImageOperation.ShearX or ImageOperation.ShearY:
                amount = 0.3 * share;
                break;
            case ImageOperation.TranslateX:
                amount = 150.0 / 331 * width * share;
                break;
            case ImageOperation.TranslateY:
                amount = 150.0 / 331 * height * share;
                break;
            case ImageOperation.Rotate:
                amount = 30 * share;
                break;
            case ImageOperation.Brightness or ImageOperation.Contrast or ImageOperation.Saturation
                or ImageOperation.Sharpness:
                return new(operation, 1 + (random.NextBool() ? 0.9 : -0.9) * share);
            default:
                return new(operation, 0);
        }
        return new(operation, random.NextBool() ? amount : -amount);
    }
}
