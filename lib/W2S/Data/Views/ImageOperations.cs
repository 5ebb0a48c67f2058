namespace W2S.Data.Views;

/// <summary>The operations of <see cref="ImageOperation"/> on planes of bytes, with the arithmetic of Pillow.</summary>
internal static class ImageOperations
{
    /// <param name="step">What to do.</param>
    /// <param name="planes">Red, green and blue plane, changed in place.</param>
    /// <param name="scratch">As large as <paramref name="planes"/>; its content is lost.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    public static void Apply(ImageStep step, Span<byte> planes, Span<byte> scratch, int height, int width)
    {
        var factor = (float)step.Amount;
        switch (step.Operation)
        {
            case ImageOperation.Brightness:
                scratch.Clear();
                Blend(scratch, planes, factor);
                break;
            case ImageOperation.Contrast:
                scratch.Fill(MeanGrey(planes));
                Blend(scratch, planes, factor);
                break;
            case ImageOperation.Saturation:
                Grey(planes, scratch);
                Blend(scratch, planes, factor);
                break;
            case ImageOperation.Sharpness:
                Smooth(planes, scratch, height, width);
                Blend(scratch, planes, factor);
                break;
            case ImageOperation.Hue:
                HueTurn.Apply(planes, step.Amount);
                break;
            case ImageOperation.Posterize:
                var kept = (byte)(0xff00 >> Math.Clamp((int)step.Amount, 0, 8));
                Map(planes, value => (byte)(value & kept));
                break;
            case ImageOperation.Solarize:
                Map(planes, value => value < step.Amount ? value : (byte)(255 - value));
                break;
            case ImageOperation.Invert:
                Map(planes, value => (byte)(255 - value));
                break;
            case ImageOperation.AutoContrast:
                ForEachChannel(planes, Histograms.Stretch);
                break;
            case ImageOperation.Equalize:
                ForEachChannel(planes, Histograms.Equalize);
                break;
            case ImageOperation.Identity:
                break;
            default:
                planes.CopyTo(scratch);
                ImageGeometry.Apply(step, scratch, planes, height, width);
                break;
        }
    }

    // image = from + factor·(image − from), clipped, cut to a byte.
    private static void Blend(ReadOnlySpan<byte> from, Span<byte> image, float factor)
    {
        for (var i = 0; i < image.Length; i++)
        {
            var value = from[i] + factor * (image[i] - from[i]);
            image[i] = value <= 0 ? (byte)0 : value >= 255 ? (byte)255 : (byte)value;
        }
    }

    private static int GreyOf(ReadOnlySpan<byte> planes, int pixels, int i) =>
        (planes[i] * 19595 + planes[pixels + i] * 38470 + planes[2 * pixels + i] * 7471 + 0x8000) >> 16;

    private static byte MeanGrey(ReadOnlySpan<byte> planes)
    {
        var pixels = planes.Length / 3;
        long sum = 0;
        for (var i = 0; i < pixels; i++)
        {
            sum += GreyOf(planes, pixels, i);
        }
        return (byte)((double)sum / pixels + 0.5);
    }

    private static void Grey(ReadOnlySpan<byte> planes, Span<byte> grey)
    {
        var pixels = planes.Length / 3;
        for (var i = 0; i < pixels; i++)
        {
            grey[i] = grey[pixels + i] = grey[2 * pixels + i] = (byte)GreyOf(planes, pixels, i);
        }
    }

    // Pillow's SMOOTH: 3×3 of ones with a 5 in the middle, over 13; the border stays.
    private static void Smooth(ReadOnlySpan<byte> planes, Span<byte> smooth, int height, int width)
    {
        planes.CopyTo(smooth);
        for (var plane = 0; plane < planes.Length; plane += height * width)
        {
            for (var y = 1; y < height - 1; y++)
            {
                for (var x = 1; x < width - 1; x++)
                {
                    var at = plane + y * width + x;
                    var sum = 4 * planes[at];
                    for (var row = at - width; row <= at + width; row += width)
                    {
                        sum += planes[row - 1] + planes[row] + planes[row + 1];
                    }
                    smooth[at] = (byte)(sum / 13f + 0.5f);
                }
            }
        }
    }

    private static void Map(Span<byte> values, Func<byte, byte> map)
    {
        var table = new byte[256];
        for (var value = 0; value < 256; value++)
        {
            table[value] = map((byte)value);
        }
        Histograms.Look(values, table);
    }

    private static void ForEachChannel(Span<byte> planes, Action<Span<byte>> change)
    {
        var pixels = planes.Length / 3;
        for (var channel = 0; channel < 3; channel++)
        {
            change(planes.Slice(channel * pixels, pixels));
        }
    }
}
