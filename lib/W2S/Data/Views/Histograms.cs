namespace W2S.Data.Views;

/// <summary>Changes of one channel that follow from its histogram, as Pillow's ImageOps has them.</summary>
internal static class Histograms
{
    /// <summary>The least value becomes 0 and the largest 255.</summary>
    public static void Stretch(Span<byte> values)
    {
        int least = 255, largest = 0;
        foreach (var value in values)
        {
            least = Math.Min(least, value);
            largest = Math.Max(largest, value);
        }
        if (largest <= least) return;
        var scale = 255.0 / (largest - least);
        var table = new byte[256];
        for (var value = 0; value < 256; value++)
        {
            table[value] = (byte)Math.Clamp((int)(value * scale - least * scale), 0, 255);
        }
        Look(values, table);
    }

    /// <summary>Each value becomes the share of smaller ones, so that all grey levels are about equally
    /// frequent.</summary>
    public static void Equalize(Span<byte> values)
    {
        var counts = new int[256];
        foreach (var value in values)
        {
            counts[value]++;
        }
        var last = Array.FindLastIndex(counts, count => count > 0);
        var step = (values.Length - counts[last]) / 255;
        if (step == 0) return;
        var table = new byte[256];
        var sum = step / 2;
        for (var value = 0; value < 256; value++)
        {
            table[value] = (byte)Math.Min(sum / step, 255);
            sum += counts[value];
        }
        Look(values, table);
    }

    public static void Look(Span<byte> values, ReadOnlySpan<byte> table)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = table[values[i]];
        }
    }
}
