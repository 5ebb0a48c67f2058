namespace W2S.Kernel.Notebooks.Pictures;

/// <summary>Reduces a picture's colours by median cut; a chart's flat colours stay exactly as they are.</summary>
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
            boxes.AddRange(Cut(widest, counts));
        }

        // The colour that most pixels of a box have, so that lines, bars and the background keep theirs.
        var palette = boxes.Select(box => box.MaxBy(colour => counts[colour])).ToArray();
        var place = new Dictionary<int, byte>();
        for (var index = 0; index < boxes.Count; index++)
        {
            foreach (var colour in boxes[index])
                place[colour] = (byte)index;
        }
        return (palette, Array.ConvertAll(pixels, pixel => place[pixel]));
    }

    private static IEnumerable<List<int>> Cut(List<int> box, Dictionary<int, int> counts)
    {
        var shift = Spread(box).Shift;
        var sorted = box.OrderBy(colour => (colour >> shift) & 255).ThenBy(colour => colour).ToList();
        var half = sorted.Sum(colour => (long)counts[colour]) / 2;
        var middle = 0;
        for (long seen = 0; middle < sorted.Count - 1 && seen < half; middle++)
            seen += counts[sorted[middle]];
        middle = Math.Clamp(middle, 1, sorted.Count - 1);
        return [sorted[..middle], sorted[middle..]];
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
