using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace W2S.Data.Batches;

/// <summary>Mixes the rows of a batch in memory with those of the batch in reverse order.</summary>
internal static class BatchMixer
{
    public static void Apply(MixPlan plan, BatchSlots slots, int slot, int count, int height, int width,
        bool channelsLast)
    {
        for (var row = 0; row < (count + 1) / 2; row++)
        {
            var one = slots.Pixels(slot, row);
            var other = slots.Pixels(slot, count - 1 - row);
            if (!plan.Cut) Blend(one, other, plan.Lambda);
            else if (row != count - 1 - row) Swap(one, other, plan.Rectangle, height, width, channelsLast);
        }
        var partners = slots.Partners(slot, count);
        slots.Labels(slot, count).CopyTo(partners);
        partners.Reverse();
    }

    private static void Blend(Span<float> one, Span<float> other, float lambda)
    {
        ref var first = ref MemoryMarshal.GetReference(one);
        ref var second = ref MemoryMarshal.GetReference(other);
        var (own, rest) = (Vector256.Create(lambda), Vector256.Create(1 - lambda));
        var i = 0;
        for (; i <= one.Length - 8; i += 8)
        {
            var (a, b) = (Vector256.LoadUnsafe(in first, (nuint)i), Vector256.LoadUnsafe(in second, (nuint)i));
            (a * own + b * rest).StoreUnsafe(ref first, (nuint)i);
            (b * own + a * rest).StoreUnsafe(ref second, (nuint)i);
        }
        for (; i < one.Length; i++)
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
