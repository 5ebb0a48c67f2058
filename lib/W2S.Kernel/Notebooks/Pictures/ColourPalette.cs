namespace W2S.Kernel.Notebooks.Pictures;

/// <summary>Reduces a picture's colours; a chart's flat colours stay exactly as they are.</summary>
/// <remarks>
/// The most frequent colour is kept, then always the one whose pixels lie farthest, all together, from what is kept:
/// a line's colour before one more shade of its smoothed edges.
/// </remarks>
internal static class ColourPalette
{
    private const int Kept = -1; // in place of a distance

    /// <param name="pixels">0xAARRGGBB.</param>
    /// <param name="colours">The most to keep, 2 to 256.</param>
    /// <returns>The palette, and each pixel's place in it.</returns>
    public static (int[] Palette, byte[] Indices) Reduce(int[] pixels, int colours)
    {
        var counts = new Dictionary<int, int>();
        foreach (var pixel in pixels)
            counts[pixel] = counts.GetValueOrDefault(pixel) + 1;

        var all = counts.OrderByDescending(colour => colour.Value).ThenBy(colour => colour.Key).ToArray();
        var places = new byte[all.Length];
        var distances = new int[all.Length];
        Array.Fill(distances, int.MaxValue);
        var palette = new List<int>();
        for (var next = 0; palette.Count < Math.Min(colours, all.Length);)
        {
            (distances[next], places[next]) = (Kept, (byte)palette.Count);
            palette.Add(all[next].Key);
            var (farthest, most) = (-1, -1L);
            for (var index = 0; index < all.Length; index++)
            {
                if (distances[index] == Kept) continue;
                if (Distance(palette[^1], all[index].Key) is var distance && distance < distances[index])
                    (distances[index], places[index]) = (distance, (byte)(palette.Count - 1));
                if ((long)distances[index] * all[index].Value is var sum && sum > most) (farthest, most) = (index, sum);
            }
            next = farthest;
        }
        var place = all.Select((colour, index) => (colour.Key, places[index])).ToDictionary();
        return ([.. palette], Array.ConvertAll(pixels, pixel => place[pixel]));
    }

    // Between what is seen: a transparent pixel's colour counts as little as it shows.
    private static int Distance(int one, int other)
    {
        var (alpha, otherAlpha) = (one >>> 24, other >>> 24);
        var sum = (alpha - otherAlpha) * (alpha - otherAlpha);
        for (var shift = 0; shift < 24; shift += 8)
        {
            var difference = (((one >> shift) & 255) * alpha - ((other >> shift) & 255) * otherAlpha) / 255;
            sum += difference * difference;
        }
        return sum;
    }
}
