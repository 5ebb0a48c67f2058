namespace W2S.Data.Views;

/// <summary>Enlarges a part of an image to the image's size, by the two nearest pixels of each axis.</summary>
/// <remarks>
/// As <c>interpolate(mode="bilinear", align_corners=False)</c> of the part, in float32, rounded half up. The tensor
/// path does the same operations in the same order, so that both give equal bytes.
/// </remarks>
internal static class CropResize
{
    public static void Apply(
        ReadOnlySpan<byte> source, (int Top, int Left, int Height, int Width) part, Span<byte> target, int height,
        int width)
    {
        Span<(int First, int Second, float Share)> columns = stackalloc (int, int, float)[width <= 512 ? width : 0];
        if (columns.Length < width) columns = new (int, int, float)[width];
        for (var x = 0; x < width; x++)
        {
            columns[x] = Tap(x, part.Left, part.Width, width);
        }
        for (var y = 0; y < height; y++)
        {
            var (first, second, down) = Tap(y, part.Top, part.Height, height);
            for (var channel = 0; channel < 3; channel++)
            {
                var upper = source.Slice((channel * height + first) * width, width);
                var lower = source.Slice((channel * height + second) * width, width);
                for (var x = 0; x < width; x++)
                {
                    var (left, right, across) = columns[x];
                    var above = upper[left] * (1 - across) + upper[right] * across;
                    var below = lower[left] * (1 - across) + lower[right] * across;
                    target[(channel * height + y) * width + x] = (byte)(above * (1 - down) + below * down + 0.5f);
                }
            }
        }
    }

    /// <summary>The two source pixels that output pixel <paramref name="i"/> mixes, and the second one's
    /// share.</summary>
    public static (int First, int Second, float Share) Tap(int i, int start, int length, int count)
    {
        var at = Math.Max(0, (i + 0.5f) * ((float)length / count) - 0.5f);
        var first = Math.Min((int)at, length - 1);
        return (start + first, start + Math.Min(first + 1, length - 1), at - first);
    }
}
