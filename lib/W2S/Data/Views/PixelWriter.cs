using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using W2S.Models;

namespace W2S.Data.Views;

/// <summary>Writes one image of bytes as normalised float32, planes after planes or channels last.</summary>
/// <remarks>
/// value = byte·scale + shift, a product and a sum rounded apart, eight at a time: the tensor path does the same two
/// operations, so both give equal bits.
/// </remarks>
internal sealed class PixelWriter
{
    // Where byte k of 48 interleaved ones comes from: three vectors of 16, each made of one shuffle a channel (255:
    // none).
    private static readonly Vector128<byte>[,] Interleave = CreateInterleave();

    private readonly float[] _scale;
    private readonly float[] _shift;

    // For channels last the channel changes at each value: three vectors hold a whole round.
    private readonly Vector256<float>[] _scales = new Vector256<float>[3];
    private readonly Vector256<float>[] _shifts = new Vector256<float>[3];

    public PixelWriter(Normalization normalization)
    {
        (_scale, _shift) = normalization.Linear();
        for (var part = 0; part < 3; part++)
        {
            var (scale, shift) = (new float[8], new float[8]);
            for (var k = 0; k < 8; k++)
            {
                (scale[k], shift[k]) = (_scale[(8 * part + k) % 3], _shift[(8 * part + k) % 3]);
            }
            (_scales[part], _shifts[part]) = (Vector256.Create(scale), Vector256.Create(shift));
        }
    }

    /// <param name="planes">3·pixels bytes.</param>
    /// <param name="target">3·pixels values, planes after planes.</param>
    public void WritePlanes(ReadOnlySpan<byte> planes, Span<float> target)
    {
        var pixels = planes.Length / 3;
        for (var channel = 0; channel < 3; channel++)
        {
            var source = planes.Slice(channel * pixels, pixels);
            var values = target.Slice(channel * pixels, pixels);
            var (scale, shift) = (Vector256.Create(_scale[channel]), Vector256.Create(_shift[channel]));
            var i = 0;
            for (; i <= pixels - 16; i += 16)
            {
                var (low, high) = Widen(Vector128.LoadUnsafe(in MemoryMarshal.GetReference(source), (nuint)i));
                ref var start = ref MemoryMarshal.GetReference(values);
                (low * scale + shift).StoreUnsafe(ref start, (nuint)i);
                (high * scale + shift).StoreUnsafe(ref start, (nuint)i + 8);
            }
            for (; i < pixels; i++)
            {
                values[i] = Plain(source[i], channel);
            }
        }
    }

    /// <param name="planes">3·pixels bytes.</param>
    /// <param name="target">3·pixels values: red, green and blue of the first pixel, of the second, ….</param>
    public void WriteChannelsLast(ReadOnlySpan<byte> planes, Span<float> target)
    {
        var pixels = planes.Length / 3;
        ref var first = ref MemoryMarshal.GetReference(planes);
        ref var start = ref MemoryMarshal.GetReference(target);
        var i = 0;
        for (; i <= pixels - 16; i += 16)
        {
            var red = Vector128.LoadUnsafe(in first, (nuint)i);
            var green = Vector128.LoadUnsafe(in first, (nuint)(pixels + i));
            var blue = Vector128.LoadUnsafe(in first, (nuint)(2 * pixels + i));
            for (var third = 0; third < 3; third++)
            {
                var mixed = Vector128.Shuffle(red, Interleave[third, 0])
                    | Vector128.Shuffle(green, Interleave[third, 1])
                    | Vector128.Shuffle(blue, Interleave[third, 2]);
                var (low, high) = Widen(mixed);
                var at = (nuint)(3 * i + 16 * third);
                var (one, two) = (2 * third % 3, (2 * third + 1) % 3);
                (low * _scales[one] + _shifts[one]).StoreUnsafe(ref start, at);
                (high * _scales[two] + _shifts[two]).StoreUnsafe(ref start, at + 8);
            }
        }
        for (; i < pixels; i++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                target[3 * i + channel] = Plain(planes[channel * pixels + i], channel);
            }
        }
    }

    private float Plain(byte value, int channel)
    {
        var product = value * _scale[channel];
        return product + _shift[channel];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Low, Vector256<float> High) Widen(Vector128<byte> bytes)
    {
        var (low, high) = Vector256.Widen(Vector256.Create(Vector128.WidenLower(bytes), Vector128.WidenUpper(bytes)));
        return (Vector256.ConvertToSingle(low.AsInt32()), Vector256.ConvertToSingle(high.AsInt32()));
    }

    private static Vector128<byte>[,] CreateInterleave()
    {
        var shuffles = new Vector128<byte>[3, 3];
        for (var third = 0; third < 3; third++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                var places = new byte[16];
                for (var k = 0; k < 16; k++)
                {
                    var at = 16 * third + k;
                    places[k] = at % 3 == channel ? (byte)(at / 3) : (byte)255;
                }
                shuffles[third, channel] = Vector128.Create(places);
            }
        }
        return shuffles;
    }
}
