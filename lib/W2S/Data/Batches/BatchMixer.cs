using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace W2S.Data.Batches;

/// <summary>Mixes the rows of a batch in memory with those of the batch in reverse order.</summary>
internal static class BatchMixer
{
    public static void Apply(MixPlan plan, BatchSlot slot, int count, int height, int width, bool channelsLast)
    {
        for (var row = 0; row < (count + 1) / 2; row++)
        {
            var one = slot.Pixels(row);
            var other = slot.Pixels(count - 1 - row);
            if (!plan.Cut) Blend(one, other, plan.Lambda);
            else if (row != count - 1 - row) Swap(one, other, plan.Rectangle, height, width, channelsLast);
        }
    }

    private static void Blend(Span<float> one, Span<float> other, float lambda)
    {
        var (own, rest) = (Vector256.Create(lambda), Vector256.Create(1 - lambda));
        var first = MemoryMarshal.Cast<float, Vector256<float>>(one);
        var second = MemoryMarshal.Cast<float, Vector256<float>>(other);
        for (var i = 0; i < first.Length; i++)
        {
            var (a, b) = (first[i], second[i]);
            (first[i], second[i]) = (a * own + b * rest, b * own + a * rest);
        }
        for (var i = first.Length * Vector256<float>.Count; i < one.Length; i++)
        {
            var (a, b) = (one[i], other[i]);
            (one[i], other[i]) = (a * lambda + b * (1 - lambda), b * lambda + a * (1 - lambda));
        }
    }

    private static void Swap(
        Span<float> one, Span<float> other, (int Top, int Left, int Height, int Width) part, int height, int width,
        bool channelsLast)
    {
        var (planes, values) = channelsLast ? (1, 3) : (3, 1);
        for (var plane = 0; plane < planes; plane++)
        {
            for (var y = part.Top; y < part.Top + part.Height; y++)
            {
                var start = ((plane * height + y) * width + part.Left) * values;
                for (var i = start; i < start + part.Width * values; i++)
                {
                    (one[i], other[i]) = (other[i], one[i]);
                }
            }
        }
    }
}
