using W2S.Torch;

namespace W2S.Data.Shapes;

/// <summary>Draws one picture of <see cref="ShapeImages"/>.</summary>
internal sealed class ShapePicture(SeededRandom random, double difficulty)
{
    private const int Side = ShapeImages.Side;
    private const int Samples = 3; // a pixel is the mean of 3×3 points

    // In sixths of the colour circle, in the order of the colours' names.
    private static readonly double[] Hues = [0, 2, 4, 1, 5, 3, 0.5, 4.5];

    private readonly double[] _canvas = new double[3 * Side * Side];
    private SeededRandom _random = random;

    public void Draw(int form, int color, Span<byte> planes)
    {
        DrawGround();
        var pieces = (int)(difficulty * 4 * _random.NextDouble() + 0.5);
        for (var piece = 0; piece < pieces; piece++)
        {
            var hue = _random.NextDouble(0, 6);
            Stamp(
                _random.Next(ShapeForms.Names.Length),
                Color(hue, _random.NextDouble(0.4, 1), _random.NextDouble(0.4, 1)), _random.NextDouble(2, 4.5),
                _random.NextDouble(0, Side), _random.NextDouble(0, Side), Turn(1), 1);
        }
        DrawForm(form, color);
        Finish(planes);
    }

    private void DrawGround()
    {
        var base0 = _random.NextDouble(0.2, 0.8);
        var (right, down) = (Drift(0.35), Drift(0.35));
        for (var channel = 0; channel < 3; channel++)
        {
            var level = base0 + Drift(0.15);
            for (var y = 0; y < Side; y++)
            {
                for (var x = 0; x < Side; x++)
                {
                    _canvas[(channel * Side + y) * Side + x] =
                        level + right * ((x + 0.5) / Side - 0.5) + down * ((y + 0.5) / Side - 0.5);
                }
            }
        }
    }

    private void DrawForm(int form, int color)
    {
        var saturation = 1 - 0.6 * difficulty * _random.NextDouble();
        var value = 1 - 0.45 * difficulty * _random.NextDouble();
        var paint = Color(Hues[color] + Drift(0.45), saturation, value);
        var radius = 12 - difficulty * _random.NextDouble(1, 6.5);
        var room = Side / 2.0 - radius;
        var (x, y) = (Side / 2.0 + _random.NextDouble(-room, room), Side / 2.0 + _random.NextDouble(-room, room));
        var opacity = 1 - 0.4 * difficulty * _random.NextDouble();
        Stamp(form, paint, radius, x, y, Turn(difficulty), opacity);
        if (_random.NextBool(0.5 * difficulty))
        {
            // A grey bar across a part of the form.
            var grey = _random.NextDouble(0.2, 0.8);
            var thickness = radius * _random.NextDouble(0.2, 0.4);
            Cover((grey, grey, grey), thickness, y + _random.NextDouble(-radius, radius));
        }
    }

    private void Stamp(
        int form, (double R, double G, double B) paint, double radius, double atX, double atY,
        (double Cos, double Sin) turn, double opacity)
    {
        var (top, bottom) = (Math.Max(0, (int)(atY - 1.5 * radius)), Math.Min(Side - 1, (int)(atY + 1.5 * radius)));
        var (left, right) = (Math.Max(0, (int)(atX - 1.5 * radius)), Math.Min(Side - 1, (int)(atX + 1.5 * radius)));
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                var inside = 0;
                for (var k = 0; k < Samples * Samples; k++)
                {
                    var u = (x + (k % Samples + 0.5) / Samples - atX) / radius;
                    var v = (y + (k / Samples + 0.5) / Samples - atY) / radius;
                    if (ShapeForms.Contains(form, turn.Cos * u + turn.Sin * v, turn.Cos * v - turn.Sin * u)) inside++;
                }
                if (inside > 0) Blend(x, y, paint, opacity * inside / (Samples * Samples));
            }
        }
    }

    private void Cover((double R, double G, double B) paint, double thickness, double middle)
    {
        for (var y = Math.Max(0, (int)(middle - thickness / 2)); y < Math.Min(Side, middle + thickness / 2); y++)
        {
            for (var x = 0; x < Side; x++)
            {
                Blend(x, y, paint, 1);
            }
        }
    }

    private void Blend(int x, int y, (double R, double G, double B) paint, double share)
    {
        var at = y * Side + x;
        _canvas[at] += share * (paint.R - _canvas[at]);
        _canvas[at + Side * Side] += share * (paint.G - _canvas[at + Side * Side]);
        _canvas[at + 2 * Side * Side] += share * (paint.B - _canvas[at + 2 * Side * Side]);
    }

    // Pixel noise of at most 40 grey levels' standard deviation: the sum of four uniform bytes is near enough to a
    // normal number (mean 510, standard deviation 147.8), and exact.
    private void Finish(Span<byte> planes)
    {
        var scale = 40 * difficulty / 147.8;
        for (var i = 0; i < planes.Length; i += 2)
        {
            var bits = _random.NextBits();
            for (var k = 0; k < 2; k++, bits >>= 32)
            {
                var sum = (int)(bits & 255) + (int)(bits >> 8 & 255) + (int)(bits >> 16 & 255)
                    + (int)(bits >> 24 & 255);
                var level = 255 * _canvas[i + k] + scale * (sum - 510) + 0.5;
                planes[i + k] = level <= 0 ? (byte)0 : level >= 255 ? (byte)255 : (byte)level;
            }
        }
    }

    private double Drift(double most) => difficulty * _random.NextDouble(-most, most);

    // Cosine and sine without either: from the tangent of half the angle, at most 60 degrees to each side.
    private (double Cos, double Sin) Turn(double amount)
    {
        var half = amount * _random.NextDouble(-0.577, 0.577);
        return ((1 - half * half) / (1 + half * half), 2 * half / (1 + half * half));
    }

    // From hue (in sixths of the circle), saturation and value.
    private static (double R, double G, double B) Color(double hue, double saturation, double value)
    {
        return (Channel(5), Channel(3), Channel(1));

        double Channel(double shift)
        {
            var k = hue + shift + 6; // the hue may be a little below 0
            while (k >= 6)
            {
                k -= 6;
            }
            return value - value * saturation * Math.Max(0, Math.Min(Math.Min(k, 4 - k), 1));
        }
    }
}
