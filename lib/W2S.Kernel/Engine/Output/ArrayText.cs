using System.Globalization;
using System.Text;
using Microsoft.DotNet.Interactive.Formatting;
using W2S.Kernel.Engine.Variables;

namespace W2S.Kernel.Engine.Output;

/// <summary>Arrays of several dimensions as text: type and lengths, then nested brackets with aligned
/// columns.</summary>
internal static class ArrayText
{
    private const int WholeUpTo = 1000;
    private const int Edge = 3;
    private const int Gap = -1;

    /// <summary>Writes an array; of more than a thousand elements the first and last three a dimension.</summary>
    public static string Of(Array array)
    {
        var lengths = Enumerable.Range(0, array.Rank).Select(array.GetLength).ToArray();
        var element = TypeNames.Short(array.GetType().GetElementType()!);
        var text = new StringBuilder($"{element}[{string.Join(", ", lengths)}]\n");
        var shown = lengths.Select(length => Shown(length, array.LongLength > WholeUpTo)).ToArray();
        var cells = new Dictionary<string, string>(StringComparer.Ordinal);
        Visit(array, shown, [], place => cells[Key(place)] = Element(array.GetValue(place)));
        var width = cells.Values.Select(cell => cell.Length).DefaultIfEmpty().Max();
        Write(text, array, shown, [], place => cells[Key(place)].PadLeft(width));
        return text.ToString();
    }

    private static string Key(int[] place) => string.Join(',', place);

    private static int[] Shown(int length, bool shorten) => shorten && length > 2 * Edge
        ? [.. Enumerable.Range(0, Edge), Gap, .. Enumerable.Range(length - Edge, Edge)]
        : [.. Enumerable.Range(0, length)];

    private static void Visit(Array array, int[][] shown, int[] place, Action<int[]> visit)
    {
        if (place.Length == array.Rank)
        {
            visit(place);
            return;
        }
        foreach (var index in shown[place.Length].Where(index => index != Gap))
        {
            Visit(array, shown, [.. place, array.GetLowerBound(place.Length) + index], visit);
        }
    }

    private static void Write(StringBuilder text, Array array, int[][] shown, int[] place, Func<int[], string> element)
    {
        var dimension = place.Length;
        var inner = array.Rank - 1 - dimension;
        var separator = inner == 0 ? ", " : $",{new string('\n', inner)}{new string(' ', dimension + 1)}";
        text.Append('[');
        for (var i = 0; i < shown[dimension].Length; i++)
        {
            if (i > 0) text.Append(separator);
            var index = shown[dimension][i];
            int[] next = [.. place, array.GetLowerBound(dimension) + index];
            if (index == Gap) text.Append("...");
            else if (inner == 0) text.Append(element(next));
            else Write(text, array, shown, next, element);
        }
        text.Append(']');
    }

    private static string Element(object? value) => value switch
    {
        null => Formatter.NullString,
        string text => text.ReplaceLineEndings(" "),
        IFormattable number when value.GetType().IsPrimitive => number.ToString(null, CultureInfo.InvariantCulture),
        _ => PlainText.Of(value).ReplaceLineEndings(" "),
    };
}
