using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Models.Weights;

/// <summary>Names of element types in the file formats.</summary>
internal static class ElementTypes
{
    private static readonly (ScalarType Type, string SafeTensors, string Storage, int Onnx, int Bytes)[] All =
    [
        (ScalarType.Float32, "F32", "FloatStorage", 1, 4),
        (ScalarType.Float64, "F64", "DoubleStorage", 11, 8),
        (ScalarType.Float16, "F16", "HalfStorage", 10, 2),
        (ScalarType.BFloat16, "BF16", "BFloat16Storage", 16, 2),
        (ScalarType.Int64, "I64", "LongStorage", 7, 8),
        (ScalarType.Int32, "I32", "IntStorage", 6, 4),
        (ScalarType.Int16, "I16", "ShortStorage", 5, 2),
        (ScalarType.Int8, "I8", "CharStorage", 3, 1),
        (ScalarType.Byte, "U8", "ByteStorage", 2, 1),
        (ScalarType.Bool, "BOOL", "BoolStorage", 9, 1),
        (ScalarType.ComplexFloat32, "C64", "ComplexFloatStorage", 14, 8),
    ];

    public static int Bytes(ScalarType type) => All.First(entry => entry.Type == type).Bytes;

    public static ScalarType? FromStorage(string name) => Find(entry => entry.Storage == name);

    public static ScalarType? FromSafeTensors(string name) => Find(entry => entry.SafeTensors == name);

    public static ScalarType? FromOnnx(long code) => Find(entry => entry.Onnx == code);

    public static string? ToSafeTensors(ScalarType type) => All.FirstOrDefault(entry => entry.Type == type).SafeTensors;

    /// <summary>Names safetensors files may give, for messages.</summary>
    public static string SafeTensorsNames => string.Join(", ", All.Select(entry => entry.SafeTensors));

    /// <summary>Types ONNX files may have, for messages.</summary>
    public static string OnnxNames => string.Join(", ", All.Select(entry => $"{entry.Type}"));

    /// <summary>A one-dimensional tensor with a copy of the bytes.</summary>
    /// <param name="bytes">A whole number of elements.</param>
    /// <param name="type">The elements' type.</param>
    public static unsafe Tensor Copy(ByteView bytes, ScalarType type)
    {
        // A bool that is neither 0 nor 1 has no defined meaning: any other byte counts as true, as in NumPy.
        if (type == ScalarType.Bool)
        {
            using var numbers = Copy(bytes, ScalarType.Byte);
            return numbers.to(ScalarType.Bool);
        }
        var tensor = empty(bytes.Length / Bytes(type), type);
        if (bytes.Length == 0)
            return tensor;
        using var first = tensor.narrow(0, 0, 1); // a span counts in 32 bits, the storage does not
        fixed (byte* target = first.bytes)
            Buffer.MemoryCopy(bytes.Pointer, target, bytes.Length, bytes.Length);
        return tensor;
    }

    /// <summary>The same of bytes that may move.</summary>
    public static unsafe Tensor Copy(ReadOnlySpan<byte> bytes, ScalarType type)
    {
        fixed (byte* start = bytes)
            return Copy(new ByteView(start, bytes.Length), type);
    }

    /// <summary>Every byte of a contiguous tensor on the CPU, in pieces a stream can take.</summary>
    public static unsafe void Write(Tensor tensor, Stream stream)
    {
        var left = tensor.numel() * Bytes(tensor.dtype);
        if (left == 0)
            return;
        using var flat = tensor.view(-1);
        using var first = flat.narrow(0, 0, 1);
        fixed (byte* start = first.bytes)
        {
            for (var source = start; left > 0;)
            {
                var count = (int)Math.Min(left, 1 << 26);
                stream.Write(new ReadOnlySpan<byte>(source, count));
                source += count;
                left -= count;
            }
        }
    }

    /// <summary>How many elements a shape has, or null where a size is negative or the sizes multiply to too
    /// much.</summary>
    /// <remarks>Sizes of 0 make the count 0, but not the strides: the others must still multiply to a number that
    /// fits.</remarks>
    public static long? Count(IReadOnlyList<long> shape)
    {
        long product = 1;
        var none = false;
        foreach (var size in shape)
        {
            if (size < 0 || (size > 0 && product > long.MaxValue / 16 / size))
                return null;
            none |= size == 0;
            product *= Math.Max(1, size);
        }
        return none ? 0 : product;
    }

    private static ScalarType? Find(
        Func<(ScalarType Type, string SafeTensors, string Storage, int Onnx, int Bytes), bool> match) =>
        All.Where(match).Select(entry => (ScalarType?)entry.Type).FirstOrDefault();
}
