namespace W2S.Data.Views;

/// <summary>Turns the hue by way of Pillow's HSV bytes, as torchvision's adjust_hue does.</summary>
internal static class HueTurn
{
    public static void Apply(Span<byte> planes, double share)
    {
        var pixels = planes.Length / 3;
        var turn = (byte)(int)(share * 255);
        for (var i = 0; i < pixels; i++)
        {
            var (hue, saturation, value) = ToHsv(planes[i], planes[pixels + i], planes[2 * pixels + i]);
            (planes[i], planes[pixels + i], planes[2 * pixels + i]) = ToRgb((byte)(hue + turn), saturation, value);
        }
    }

    private static (byte Hue, byte Saturation, byte Value) ToHsv(byte r, byte g, byte b)
    {
        var (most, least) = (Math.Max(r, Math.Max(g, b)), Math.Min(r, Math.Min(g, b)));
        if (most == least) return (0, 0, most);
        float range = most - least;
        var (red, green, blue) = ((most - r) / range, (most - g) / range, (most - b) / range);
        var hue = r == most ? blue - green : g == most ? 2 + red - blue : 4 + green - red;
        var turned = (float)((hue / 6.0 + 1.0) % 1.0);
        return ((byte)(int)(turned * 255.0), (byte)(int)(range / most * 255.0), most);
    }

    private static (byte R, byte G, byte B) ToRgb(byte hue, byte saturation, byte value)
    {
        if (saturation == 0) return (value, value, value);
        var sector = (int)(hue * 6.0f / 255.0f);
        var rest = hue * 6.0f / 255.0f - sector;
        var share = saturation / 255.0f;
        var p = Round(value * (1.0f - share));
        var q = Round(value * (1.0f - share * rest));
        var t = Round(value * (1.0f - share * (1.0f - rest)));
        return (sector % 6) switch
        {
            0 => (value, t, p),
            1 => (q, value, p),
            2 => (p, value, t),
            3 => (p, q, value),
            4 => (t, p, value),
            _ => (value, p, q),
        };
    }

    private static byte Round(float value) =>
        (byte)Math.Clamp((int)MathF.Round(value, MidpointRounding.AwayFromZero), 0, 255);
}
