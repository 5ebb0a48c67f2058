namespace W2S.Kernel.Notebooks.Pictures;

/// <summary>Reduces a picture's colours by cutting the widest range in two; a chart's flat colours stay exactly as they
/// are.</summary>
internal static class ColourPalette
{
    /// <param name="pixels">0xAARRGGBB.</param>
    /// <param name="colours">The most to keep, 2 to 256.</param>
    /// <returns>The palette, and each pixel's place in it.</returns>
    public static (int[] Palette, byte[] Indices) Reduce(int[] pixels, int colours)
    {
        var counts = new Dictionary<int, int>();
        foreach (var pixel in pixels)
            counts[pixel] = counts.GetValueOrDefault(pixel) + 1;

        var boxes = new List<List<int>> { counts.Keys.Order().ToList() };
        while (boxes.Count < colours)
        {
            var widest =
                boxes.Where(box => box.Count > 1).MaxBy(box => Spread(box).Range * (long)box.Sum(c => counts[c]));
            if (widest is null)
                break;
            boxes.Remove(widest);
            boxes.AddRange(Cut(widest));
        }

        // The colour that most pixels of a box have, so that lines, bars and the background keep theirs.
        var palette = boxes.Select(box => box.MaxBy(colour => counts[colour])).ToArray();
        // A box may hold several hues; each colour goes to the nearest kept, whichever box it was in.
        var place = counts.Keys.ToDictionary(colour => colour, colour => (byte)Nearest(palette, colour));
        return (palette, Array.ConvertAll(pixels, pixel => place[pixel]));
    }

    private static int Nearest(int[] palette, int colour)
    {
        if (Array.IndexOf(palette, colour) is var same and >= 0) return same;
        var (nearest, least) = (0, int.MaxValue);
        for (var index = 0; index < palette.Length; index++)
        {
            if (Distance(palette[index], colour) is var distance && distance < least)
                (nearest, least) = (index, distance);
        }
        return nearest;
    }

    // Between what is seen: a transparent pixel's colour counts as little as it shows.
    private static int Distance(int one, int other)
    {
        var (alpha, otherAlpha) = (one >>> 24, other >>> 24);
        var sum = (alpha - otherAlpha) * (alpha - otherAlpha);
        foreach (var shift in new[] { 16, 8, 0 })
        {
            var difference = (((one >> shift) & 255) * alpha - ((other >> shift) & 255) * otherAlpha) / 255;
            sum += difference * difference;
        }
        return sum;
    }

    // In the middle of the range, not of the pixels: a thin line's hue is not left among those of the many.
    private static IEnumerable<List<int>> Cut(List<int> box)
    {
        var (shift, range) = Spread(box);
        var low = box.Min(colour => (colour >> shift) & 255);
        return box.GroupBy(colour => ((colour >> shift) & 255) - low > range / 2).Select(half => half.ToList());
    }

    private static (int Shift, int Range) Spread(List<int> box)
    {
        var widest = (Shift: 0, Range: -1);
        foreach (var shift in new[] { 24, 16, 8, 0 })
        {
            var (low, high) = (255, 0);
            foreach (var colour in box)
            {
                var value = (colour >> shift) & 255;
                (low, high) = (Math.Min(low, value), Math.Max(high, value));
            }
            if (high - low > widest.Range)
                widest = (shift, high - low);
        }
        return widest;
    }
}
