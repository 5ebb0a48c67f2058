using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Models.Weights;

/// <summary>The name of a Python class or function; it is only ever compared with the names that are known.</summary>
internal sealed record PickleName(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>A run of elements that tensors look at.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">The elements' type.</param>
/// <param name="Count">How many elements.</param>
internal sealed record PickleStorage(string Key, ScalarType Type, long Count)
{
    /// <summary>Where it starts within the storage <see cref="Key"/>, in elements (legacy views).</summary>
    public long ViewOffset { get; init; }
}

/// <summary>A tensor whose elements are not read yet.</summary>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides);

/// <summary>A NumPy element type.</summary>
internal sealed record PickleElementType(string Code)
{
    /// <summary>Set by the state that follows it: bytes in the order of big machines.</summary>
    public bool BigEndian { get; set; }
}

/// <summary>A NumPy array; its state follows its creation.</summary>
internal sealed class PickleArray
{
    public PickleElementType? Type { get; set; }

    public long[] Shape { get; set; } = [];

    public bool ColumnsFirst { get; set; }

    public byte[]? Bytes { get; set; }
}

/// <summary>The attributes of a <c>Namespace</c>, by name; its state follows its creation.</summary>
internal sealed class PickleNamespace : Dictionary<object, object?>;
