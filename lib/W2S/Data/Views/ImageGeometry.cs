namespace W2S.Data.Views;

/// <summary>Shear, translation and rotation by the nearest pixel, black outside, with Pillow's pixel centres.</summary>
internal static class ImageGeometry
{
    public static void Apply(ImageStep step, ReadOnlySpan<byte> source, Span<byte> target, int height, int width)
    {
        // The value at (x, y) comes from (a·x + b·y + c, d·x + e·y + f), both at pixel centres.
        var amount = step.Amount;
        var (a, b, c, d, e, f) = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0);
        switch (step.Operation)
        {
            case ImageOperation.ShearX: b = amount; break;
            case ImageOperation.ShearY: d = amount; break;
            case ImageOperation.TranslateX: c = -(int)amount; break;
            case ImageOperation.TranslateY: f = -(int)amount; break;
            case ImageOperation.Rotate:
                var (sine, cosine) = Math.SinCos(-amount * Math.PI / 180);
                var (middleX, middleY) = (width / 2.0, height / 2.0);
                (a, b, d, e) = (cosine, sine, -sine, cosine);
                (c, f) = (middleX - a * middleX - b * middleY, middleY - d * middleX - e * middleY);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step.Operation, "not an operation of this kind");
        }
        var pixels = height * width;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var fromX = (int)Math.Floor(a * (x + 0.5) + b * (y + 0.5) + c);
                var fromY = (int)Math.Floor(d * (x + 0.5) + e * (y + 0.5) + f);
                var inside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height;
                for (var channel = 0; channel < 3; channel++)
                {
                    target[channel * pixels + y * width + x] = inside ? source[channel * pixels + fromY * width + fromX]
                        : (byte)0;
                }
            }
        }
    }
}
