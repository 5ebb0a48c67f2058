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
internal sealed class BilinearResize
{
    private readonly Taps _across;
    private readonly Taps _down;

    public BilinearResize(int sourceHeight, int sourceWidth, int height, int width, bool antialias)
    {
        _across = Taps.Create(sourceWidth, width, antialias);
        _down = Taps.Create(sourceHeight, height, antialias);
    }

    /// <param name="source">Rows of pixels of <paramref name="bytesAPixel"/> bytes, red, green and blue first.</param>
    /// <param name="bytesAPixel">3 or 4.</param>
    /// <param name="planes">Receives red, green and blue planes.</param>
    public void Apply(ReadOnlySpan<byte> source, int bytesAPixel, Span<byte> planes)
    {
        var (height, width) = (_down.Count, _across.Count);
        var rows = _down.Source;
        var stride = _across.Source * bytesAPixel;
        var narrowed = new float[3 * rows * width];
        for (var channel = 0; channel < 3; channel++)
        {
            for (var y = 0; y < rows; y++)
            {
                var row = source.Slice(y * stride, stride);
                for (var x = 0; x < width; x++)
                {
                    var sum = 0f;
                    for (var tap = 0; tap < _across.Width; tap++)
                    {
                        sum += _across.Weight(x, tap) * row[_across.Index(x, tap) * bytesAPixel + channel];
                    }
                    narrowed[(channel * rows + y) * width + x] = sum;
                }
            }
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    var sum = 0f;
                    for (var tap = 0; tap < _down.Width; tap++)
                    {
                        sum += _down.Weight(y, tap) * narrowed[(channel * rows + _down.Index(y, tap)) * width + x];
                    }
                    planes[(channel * height + y) * width + x] = (byte)(sum + 0.5f);
                }
            }
        }
    }

    /// <summary>For each output pixel of one axis, which source pixels it mixes and by what weights.</summary>
    private sealed class Taps(int source, int count, int width)
    {
        private readonly int[] _indices = new int[count * width];
        private readonly float[] _weights = new float[count * width];

        public int Source => source;

        public int Count => count;

        public int Width => width;

        public int Index(int pixel, int tap) => _indices[pixel * width + tap];

        public float Weight(int pixel, int tap) => _weights[pixel * width + tap];

        public static Taps Create(int source, int count, bool antialias)
        {
            var scale = (double)source / count;
            return antialias && scale > 1 ? Triangle(source, count, scale) : TwoNearest(source, count, scale);
        }

        private static Taps TwoNearest(int source, int count, double scale)
        {
            var taps = new Taps(source, count, 2);
            for (var i = 0; i < count; i++)
            {
                var at = Math.Max(0, (i + 0.5) * scale - 0.5);
                var first = Math.Min((int)at, source - 1);
                var share = (float)(at - first);
                taps.Set(i, 0, first, 1 - share);
                taps.Set(i, 1, Math.Min(first + 1, source - 1), share);
            }
            return taps;
        }

        private static Taps Triangle(int source, int count, double scale)
        {
            var taps = new Taps(source, count, 2 * (int)Math.Ceiling(scale) + 1);
            for (var i = 0; i < count; i++)
            {
                var centre = (i + 0.5) * scale;
                var first = Math.Max(0, (int)(centre - scale + 0.5));
                var end = Math.Min(source, (int)(centre + scale + 0.5));
                var total = 0.0;
                for (var j = first; j < end; j++)
                {
                    total += Math.Max(0, 1 - Math.Abs((j + 0.5 - centre) / scale));
                }
                for (var j = first; j < end; j++)
                {
                    taps.Set(i, j - first, j, (float)(Math.Max(0, 1 - Math.Abs((j + 0.5 - centre) / scale)) / total));
                }
            }
            return taps;
        }

        private void Set(int pixel, int tap, int index, float weight)
        {
            _indices[pixel * width + tap] = index;
            _weights[pixel * width + tap] = weight;
        }
    }
}
