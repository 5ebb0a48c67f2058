using System.Text;
using TorchSharp;
using W2S.Models;
using W2S.Models.Weights;
using static TorchSharp.torch;

namespace W2S.Tests.Models;

/// <summary>The weights and images of tests/reference/model_reference.py, number for number.</summary>
internal static class FormulaWeights
{
    public static void Fill(ImageModel model)
    {
        foreach (var (key, place) in model.state_dict())
        {
            if (key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
                continue;
            var bound = Math.Sqrt(3 / ((double)place.numel() / (place.dim() > 0 ? place.shape[0] : 1)));
            Func<double, double> value =
                key.EndsWith("running_var", StringComparison.Ordinal) ? u => 0.5 + u
                : place.dim() >= 2 ? u => (2 * u - 1) * bound
                : key.EndsWith("weight", StringComparison.Ordinal) ? u => 0.8 + 0.4 * u
                : u => (u - 0.5) * 0.2;
            using var numbers = tensor(Uniform(key, (int)place.numel(), value));
            using var shaped = numbers.view(place.shape);
            place.copy_(shaped);
        }
    }

    public static Tensor Images(int count, int size)
    {
        using var numbers = tensor(Uniform("images", count * 3 * size * size, u => (2 * u - 1) * 1.7));
        return numbers.view(count, 3, size, size);
    }

    private static unsafe float[] Uniform(string key, int count, Func<double, double> value)
    {
        var name = Encoding.UTF8.GetBytes(key);
        uint seed;
        fixed (byte* start = name)
            seed = Crc32.Of(new ByteView(start, name.Length));
        var numbers = new float[count];
        for (var index = 0; index < count; index++)
        {
            var hash = unchecked((uint)index * 2654435761u + seed);
            hash ^= hash >> 15;
            hash *= 0x2C1B3C6D;
            hash ^= hash >> 12;
            hash *= 0x297A2D39;
            hash ^= hash >> 15;
            numbers[index] = (float)value((hash >> 8) / 16777216.0);
        }
        return numbers;
    }
}
