using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Models.Weights;

/// <summary>NumPy arrays and scalars inside a pickle.</summary>
internal static class NumpyArrays
{
    private static readonly Dictionary<string, (ScalarType Type, ScalarType? WidenTo)> Types = new()
    {
        ["b1"] = (ScalarType.Bool, null),
        ["i1"] = (ScalarType.Int8, null),
        ["u1"] = (ScalarType.Byte, null),
        ["i2"] = (ScalarType.Int16, null),
        ["u2"] = (ScalarType.Int16, ScalarType.Int32),
        ["i4"] = (ScalarType.Int32, null),
        ["u4"] = (ScalarType.Int32, ScalarType.Int64),
        ["i8"] = (ScalarType.Int64, null),
        ["f2"] = (ScalarType.Float16, null),
        ["f4"] = (ScalarType.Float32, null),
        ["f8"] = (ScalarType.Float64, null),
        ["c8"] = (ScalarType.ComplexFloat32, null),
    };

    /// <summary>Takes the state (version, shape, type, columns first, bytes).</summary>
    public static void SetState(PickleArray array, object? state)
    {
        if (state is not object?[] { Length: 5 } fields || PickleNames.Numbers(fields[1]) is not { } shape
            || fields[2] is not PickleElementType type || fields[3] is not bool columnsFirst)
        {
            throw new WeightFileException("the state of a NumPy array is not as NumPy writes it");
        }
        if (fields[4] is not byte[] bytes)
            throw new WeightFileException(
                $"a NumPy array of {FileKinds.Printable(type.Code)} holds {PickleNames.Describe(fields[4])}, not "
                + "numbers; it is refused");
        (array.Type, array.Shape, array.ColumnsFirst, array.Bytes) = (type, shape, columnsFirst, bytes);
    }

    /// <summary>A single number of a NumPy type.</summary>
    public static object Scalar(object?[] args)
    {
        if (args.Length < 2 || args[0] is not PickleElementType type || args[1] is not byte[] bytes
            || bytes.Length != Find(type).Bytes)
            throw new WeightFileException("a NumPy scalar is not as NumPy writes it");
        using var scope = NewDisposeScope();
        var number = ToTensor(new PickleArray { Type = type, Bytes = bytes });
        return number.dtype switch
        {
            ScalarType.Bool => number.item<bool>(),
            ScalarType.ComplexFloat32 => throw new WeightFileException(
                $"a NumPy scalar of type '{FileKinds.Printable(type.Code)}' is not read"),
            _ when number.is_floating_point() => number.to(ScalarType.Float64).item<double>(),
            _ => number.to(ScalarType.Int64).item<long>(),
        };
    }

    /// <summary>The array as a tensor; unsigned 16 and 32 bits become the next wider signed type.</summary>
    public static Tensor ToTensor(PickleArray array)
    {
        if (array.Type is null || array.Bytes is null)
            throw new WeightFileException("a NumPy array is made but never filled");
        var (type, widenTo, size) = Find(array.Type);
        if (ElementTypes.Count(array.Shape) is not { } count || count * size != array.Bytes.Length)
            throw new WeightFileException(
                $"a NumPy array of shape [{string.Join(", ", array.Shape)}] has {array.Bytes.Length} bytes, not "
                + $"{size} for each element");
        using var scope = NewDisposeScope();
        var flat = ElementTypes.Copy(array.Bytes, type);
        if (widenTo is { } wide)
            flat = flat.to(wide).bitwise_and(tensor(wide == ScalarType.Int32 ? 0xFFFFL : 0xFFFFFFFFL, wide));
        if (!array.ColumnsFirst)
            return flat.reshape(array.Shape).MoveToOuterDisposeScope();
        var axes = Enumerable.Range(0, array.Shape.Length).Reverse().Select(axis => (long)axis).ToArray();
        return flat.reshape([.. array.Shape.Reverse()]).permute(axes).contiguous().MoveToOuterDisposeScope();
    }

    private static (ScalarType Type, ScalarType? WidenTo, int Bytes) Find(PickleElementType type)
    {
        var code = type.Code is ['<' or '|' or '=', .. var rest] ? rest : type.Code;
        if (type.BigEndian || !Types.TryGetValue(code, out var found))
        {
            throw new WeightFileException(
                $"NumPy type '{FileKinds.Printable(type.Code)}'{(type.BigEndian ? " in big-endian order" : "")} is "
                + "not read; " +
                $"save as one of {string.Join(", ", Types.Keys)}");
        }
        return (found.Type, found.WidenTo, ElementTypes.Bytes(found.Type));
    }
}
