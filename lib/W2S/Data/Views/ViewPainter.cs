using W2S.Models;
using W2S.Torch;

namespace W2S.Data.Views;

/// <summary>Paints views of single images as normalised float32; one painter a thread.</summary>
internal sealed class ViewPainter(int height, int width, Normalization normalization, bool channelsLast)
{
    private readonly PixelWriter _writer = new(normalization);
    private readonly byte[] _image = new byte[3 * height * width];

    /// <param name="source">The image's red, green and blue plane.</param>
    /// <param name="plan">What to show of it.</param>
    /// <param name="target">3·H·W values, planes after planes or channels last.</param>
    /// <param name="erasing">How an erased part looks; null where none is.</param>
    public void Paint(ReadOnlySpan<byte> source, in ViewPlan plan, Span<float> target, RandomErasing? erasing)
    {
        var whole = plan.Part == (0, 0, height, width) && !plan.Flip;
        if (!whole)
        {
            Cut(source, plan.Part);
            if (plan.Flip) Mirror();
            source = _image;
        }
        if (channelsLast) _writer.WriteChannelsLast(source, target);
        else _writer.WritePlanes(source, target);
        if (plan.Erased.Height > 0) Erase(plan, target, erasing!.Fill);
    }

    private void Cut(ReadOnlySpan<byte> source, (int Top, int Left, int Height, int Width) part)
    {
        if (part == (0, 0, height, width)) source.CopyTo(_image);
        else if (part.Height == height && part.Width == width) Shift(source, part.Top, part.Left);
        else CropResize.Apply(source, part, _image, height, width);
    }

    private void Shift(ReadOnlySpan<byte> source, int top, int left)
    {
        var (first, last) = (Math.Max(0, -left), Math.Min(width, width - left));
        Array.Clear(_image);
        if (first >= last) return;
        for (var plane = 0; plane < source.Length; plane += height * width)
        {
            for (var y = Math.Max(0, -top); y < Math.Min(height, height - top); y++)
            {
                source.Slice(plane + (y + top) * width + first + left, last - first)
                    .CopyTo(_image.AsSpan(plane + y * width + first));
            }
        }
    }

    private void Mirror()
    {
        for (var row = 0; row < _image.Length; row += width)
        {
            _image.AsSpan(row, width).Reverse();
        }
    }

    private void Erase(in ViewPlan plan, Span<float> target, ErasingFill fill)
    {
        var (top, left, rows, columns) = plan.Erased;
        var random = new SeededRandom(plan.NoiseSeed);
        for (var channel = 0; channel < 3; channel++)
        {
            for (var y = top; y < top + rows; y++)
            {
                for (var x = left; x < left + columns; x++)
                {
                    var pixel = y * width + x;
                    target[channelsLast ? 3 * pixel + channel : channel * height * width + pixel] =
                        fill == ErasingFill.Noise ? (float)random.NextNormal() : 0;
                }
            }
        }
    }
}
