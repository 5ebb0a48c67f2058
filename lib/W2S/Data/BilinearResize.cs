namespace W2S.Data;

/// <summary>Bilinear resizing of one image from interleaved bytes to planes.</summary>
/// <remarks>
/// Pixel i of n_out has its centre at (i + ½)·n_in/n_out in the source, as in PyTorch's
/// <c>interpolate(mode="bilinear", align_corners=False)</c>. Without antialiasing a pixel mixes the two nearest source
/// pixels of each axis, however strong the reduction; from 64 to 32 that is the mean of 2×2 pixels. With antialiasing
/// (as
/// <c>antialias=True</c>, and as Pillow's BILINEAR but for its rounding between the axes) a triangle as wide as the
/// reduction mixes all that it covers. Sums are float32, rounded once, half up.
/// </remarks>
internal static class BilinearResize
{
    private const int BytesAPixel = 4;

    /// <param name="source">Rows of pixels of four bytes, red, green and blue first.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Pixels of each of its rows.</param>
    /// <param name="planes">Receives red, green and blue planes.</param>
    /// <param name="height">Rows of each plane.</param>
    /// <param name="width">Pixels of each of its rows.</param>
    /// <param name="antialias">Whether a triangle as wide as the reduction mixes all that it covers.</param>
    public static void Apply(ReadOnlySpan<byte> source, int rows, int columns, Span<byte> planes, int height,
        int width, bool antialias)
    {
        var (across, down) = (Taps(columns, width, antialias), Taps(rows, height, antialias));
        var stride = columns * BytesAPixel;
        var narrowed = new float[3 * rows * width];
        for (var channel = 0; channel < 3; channel++)
        {
            for (var y = 0; y < rows; y++)
            {
                var row = source.Slice(y * stride, stride);
                for (var x = 0; x < width; x++)
                {
                    var sum = 0f;
                    foreach (var (index, weight) in across[x]) sum += weight * row[index * BytesAPixel + channel];
                    narrowed[(channel * rows + y) * width + x] = sum;
                }
            }
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    var sum = 0f;
                    foreach (var (index, weight) in down[y])
                        sum += weight * narrowed[(channel * rows + index) * width + x];
                    planes[(channel * height + y) * width + x] = (byte)(sum + 0.5f);
                }
            }
        }
    }

    // For each output pixel of one axis, which source pixels it mixes and by what weights.
    private static (int Index, float Weight)[][] Taps(int source, int count, bool antialias)
    {
        var scale = (double)source / count;
        return [.. Enumerable.Range(0, count).Select(i => antialias && scale > 1
            ? Triangle(source, (i + 0.5) * scale, scale) : TwoNearest(source, (i + 0.5) * scale - 0.5))];
    }

    private static (int, float)[] TwoNearest(int source, double place)
    {
        var at = Math.Max(0, place);
        var first = Math.Min((int)at, source - 1);
        var share = (float)(at - first);
        return [(first, 1 - share), (Math.Min(first + 1, source - 1), share)];
    }

    private static (int, float)[] Triangle(int source, double centre, double scale)
    {
        var first = Math.Max(0, (int)(centre - scale + 0.5));
        var end = Math.Min(source, (int)(centre + scale + 0.5));
        double Height(int pixel) => Math.Max(0, 1 - Math.Abs((pixel + 0.5 - centre) / scale));
        var covered = Enumerable.Range(first, end - first);
        var total = covered.Sum(Height);
        return [.. covered.Select(pixel => (pixel, (float)(Height(pixel) / total)))];
    }
}
