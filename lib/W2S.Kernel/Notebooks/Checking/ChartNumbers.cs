using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace W2S.Kernel.Notebooks.Checking;

/// <summary>The numbers of a chart's data as lists with a name each, typed arrays decoded.</summary>
internal static class ChartNumbers
{
    /// <param name="figure">A Plotly figure.</param>
    /// <returns>For each list of numbers, or single number, where it stands and its values.</returns>
    public static IEnumerable<(string Place, double[] Values)> In(JsonObject figure) => Walk(figure["data"], "data");

    private static IEnumerable<(string Place, double[] Values)> Walk(JsonNode? node, string place)
    {
        switch (node)
        {
            case JsonObject typed
                when NotebookText.One(typed["bdata"]) is { } data && NotebookText.One(typed["dtype"]) is { } type:
                yield return (place, Decode(data, type));
                break;
            case JsonArray list when list.Count > 0 && list.All(IsNumber):
                yield return (place, [.. list.Select(item => item?.GetValue<double>() ?? double.NaN)]);
                break;
            case JsonArray list:
                foreach (var found in list.SelectMany((item, index) => Walk(item, $"{place}[{index}]")))
                    yield return found;
                break;
            case JsonObject map:
                foreach (var found in map.SelectMany(entry => Walk(entry.Value, $"{place}.{entry.Key}")))
                    yield return found;
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                yield return (place, [value.GetValue<double>()]);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                var printed = PrintedNumbers.In(value.GetValue<string>()).Select(number => number.Value).ToArray();
                if (printed.Length > 0 && !place.EndsWith("uid", StringComparison.Ordinal)
                    && !IsColour(value.GetValue<string>()))
                    yield return (place, printed);
                break;
        }
    }

    private static bool IsNumber(JsonNode? node) => node is null || node.GetValueKind() == JsonValueKind.Number;

    private static bool IsColour(string text) =>
        text.StartsWith('#') || text.StartsWith("rgb", StringComparison.Ordinal);

    private static double[] Decode(string data, string type)
    {
        var bytes = new byte[data.Length];
        if (!Convert.TryFromBase64String(data, bytes, out var length))
            return [];
        var (size, read) = type switch
        {
            "f8" or "float64" => (8, (Read)(at => BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(at)))),
            "f4" or "float32" => (4, at => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(at))),
            "i4" or "int32" => (4, at => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at))),
            "u4" or "uint32" => (4, at => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at))),
            "i2" or "int16" => (2, at => BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(at))),
            "u2" or "uint16" => (2, at => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at))),
            "i1" or "int8" => (1, at => (sbyte)bytes[at]),
            _ => (1, at => bytes[at]),
        };
        return [.. Enumerable.Range(0, length / size).Select(index => read(index * size))];
    }

    private delegate double Read(int at);
}
