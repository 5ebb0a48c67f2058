namespace W2S.Charts;

/// <summary>The colours of every chart: told apart by readers with any colour vision, legible on white and on
/// near-black.</summary>
/// <remarks>
/// Hues of Okabe and Ito's palette; orange and sky blue are darkened and yellow and black left out, so that each has
/// a contrast of at least 3 : 1 (WCAG's for graphics) on white and on #1e1e1e. Ink is the grey with the best worst case
/// of the two, 4 : 1.
/// </remarks>
internal static class Palette
{
    /// <summary>Blue.</summary>
    public const string Blue = "#1F7FBF";

    /// <summary>Vermilion.</summary>
    public const string Vermilion = "#D55E00";

    /// <summary>Bluish green.</summary>
    public const string Green = "#009E73";

    /// <summary>Reddish purple.</summary>
    public const string Purple = "#C06A9C";

    /// <summary>Orange.</summary>
    public const string Orange = "#C08400";

    /// <summary>Sky blue.</summary>
    public const string Sky = "#3F9CC8";

    /// <summary>Brown.</summary>
    public const string Brown = "#9A6A43";

    /// <summary>Light grey, for the weak end.</summary>
    public const string Weak = "#949494";

    /// <summary>Dark grey, for the strong end.</summary>
    public const string Ceiling = "#6F6F6F";

    /// <summary>Text and axes where the page's own text colour is not known.</summary>
    public const string Ink = "#808080";

    /// <summary>Grid lines.</summary>
    public const string Grid = "rgba(128,128,128,0.22)";

    /// <summary>Zero lines, diagonals and other references.</summary>
    public const string Reference = "rgba(128,128,128,0.75)";

    /// <summary>The hues in their fixed order, for series that are no methods.</summary>
    public static IReadOnlyList<string> Hues { get; } = [Blue, Vermilion, Green, Purple, Orange, Sky, Brown];

    /// <summary>A colour with less opacity, for bands and fills.</summary>
    /// <param name="colour"><c>#RRGGBB</c>.</param>
    /// <param name="opacity">0 … 1.</param>
    /// <returns>The colour as <c>rgba(…)</c>.</returns>
    /// <exception cref="FormatException">The colour is not <c>#RRGGBB</c>.</exception>
    public static string Fade(string colour, double opacity)
    {
        ArgumentNullException.ThrowIfNull(colour);
        if (colour.Length != 7 || colour[0] != '#') throw new FormatException($"colour '{colour}' is not #RRGGBB");
        var rgb = Convert.FromHexString(colour[1..]);
        return FormattableString.Invariant($"rgba({rgb[0]},{rgb[1]},{rgb[2]},{opacity:0.##})");
    }
}
