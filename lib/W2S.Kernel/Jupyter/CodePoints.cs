namespace W2S.Kernel.Jupyter;

/// <summary>Jupyter counts a text's positions in Unicode code points, .NET in UTF-16 units.</summary>
internal static class CodePoints
{
    /// <summary>The UTF-16 index of a code point; a position outside the text is moved to its nearer end.</summary>
    /// <param name="text">The text.</param>
    /// <param name="position">How many code points stand before.</param>
    /// <returns>How many UTF-16 units stand before.</returns>
    public static int ToUtf16(string text, int position)
    {
        var index = 0;
        for (; position > 0 && index < text.Length; position--)
            index += IsPair(text, index) ? 2 : 1;
        return index;
    }

    /// <summary>The code points before a UTF-16 index; an index outside the text is moved to its nearer end.</summary>
    /// <param name="text">The text.</param>
    /// <param name="index">How many UTF-16 units stand before; inside a pair, the pair counts.</param>
    /// <returns>How many code points stand before.</returns>
    public static int FromUtf16(string text, int index)
    {
        var points = 0;
        for (var i = 0; i < Math.Min(index, text.Length); points++)
            i += IsPair(text, i) ? 2 : 1;
        return points;
    }

    private static bool IsPair(string text, int index) =>
        index + 1 < text.Length && char.IsSurrogatePair(text[index], text[index + 1]);
}
