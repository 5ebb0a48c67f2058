using W2S.Runs;

namespace W2S.Charts;

/// <summary>How a method looks in every chart: greys are the two ends (weak teacher, ceiling), hues are losses, markers
/// tell supervision and variants apart.</summary>
/// <param name="Colour"><c>#RRGGBB</c>.</param>
/// <param name="Symbol">plotly.js marker symbol.</param>
/// <param name="Dash">plotly.js line dash.</param>
/// <param name="Order">Place in tables, legends and axes.</param>
public sealed record MethodStyle(string Colour, string Symbol, string Dash, int Order)
{
    private static readonly string[] Symbols = ["circle", "diamond", "triangle-up", "cross", "x", "star", "hexagon",
        "pentagon"];
    private static readonly string[] Dashes = ["dash", "dot", "dashdot", "longdash"];

    private static readonly Dictionary<Role, MethodStyle> Ends = new()
    {
        [Role.WeakTeacher] = new(Palette.Weak, "square", "dash", 0),
        [Role.StrongAlone] = new(Palette.Brown, "circle-open", "dash", 1),
        [Role.FewTrueLabels] = new(Palette.Brown, "diamond-open", "dot", 2),
        [Role.Ceiling] = new(Palette.Ceiling, "star", "dash", 1000),
    };

    // By the names that losses give themselves, in the order of tables and legends.
    private static readonly Dictionary<string, MethodStyle> Losses = new (string Name, string Colour, string Symbol,
        string Dash)[]
    {
        ("Label smoothing", Palette.Brown, "triangle-up-open", "dashdot"),
        ("Virtual teacher", Palette.Brown, "star-open", "longdash"),
        ("Bootstrapping, soft", Palette.Sky, "triangle-down-open", "dash"),
        ("Bootstrapping, hard", Palette.Sky, "triangle-down", "dot"),
        ("Small loss", Palette.Sky, "square", "dot"),
        ("Small loss, teacher's", Palette.Sky, "square-open", "dash"),
        ("Confirmed labels", Palette.Purple, "hexagon", "solid"),
        ("Hard labels", Palette.Purple, "triangle-down", "dot"),
        ("Soft labels", Palette.Purple, "circle", "solid"),
        ("Labels + own soft labels", Palette.Sky, "diamond", "dash"),
        ("KD", Palette.Green, "circle", "solid"),
        ("FitNet", Palette.Sky, "diamond", "solid"),
        ("RKD", Palette.Sky, "triangle-up", "dash"),
        ("DKD", Palette.Green, "diamond", "dash"),
        ("Reverse KL", Palette.Orange, "hexagon", "dash"),
        ("Product", Palette.Orange, "triangle-up", "dot"),
        ("Log-confidence, hard", Palette.Orange, "circle", "solid"),
        ("Log-confidence, soft", Palette.Orange, "circle-open", "dash"),
        ("Evidential", Palette.Orange, "star", "dashdot"),
        ("AugConf", Palette.Vermilion, "circle", "solid"),
        ("AdaptConf", Palette.Blue, "circle", "solid"),
        ("AdaptConf, fixed β", Palette.Blue, "square", "dash"),
        ("AdaptConf, swapped β", Palette.Blue, "diamond", "dot"),
        ("AdaptConf, gated β", Palette.Blue, "triangle-up", "dashdot"),
        ("AdaptConf, oracle β", Palette.Blue, "star", "longdash"),
    }.Select((loss, i) => (loss.Name, Style: new MethodStyle(loss.Colour, loss.Symbol, loss.Dash, 10 + i)))
        .ToDictionary(loss => loss.Name, loss => loss.Style, StringComparer.OrdinalIgnoreCase);

    /// <summary>The style of a method.</summary>
    /// <param name="facets">What it is.</param>
    /// <returns>That of its role, or of its loss with the marker of its supervision and variant; for a loss not known
    /// here one that depends on its name alone.</returns>
    public static MethodStyle Of(RunFacets facets)
    {
        ArgumentNullException.ThrowIfNull(facets);
        if (facets.Role is { } role && Ends.TryGetValue(role, out var end)) return end;
        var both = facets.Supervision == SupervisionKind.Both;
        var style = Of((both ? facets.Loss : facets.Labels ?? facets.Loss) ?? facets.Method);
        var mark = $"{(both ? facets.Labels : null)}{facets.Variant}";
        if (mark.Length > 0)
        {
            // Never the mark of the usual form.
            var hash = mark.Aggregate(7u, (h, c) => h * 31 + c);
            var (symbols, dashes) = (Symbols.Where(one => one != style.Symbol).ToArray(),
                Dashes.Where(one => one != style.Dash && one != "dot").ToArray());
            style = style with
            {
                Symbol = symbols[(int)(hash % (uint)symbols.Length)],
                Dash = dashes[(int)(hash / 5 % (uint)dashes.Length)]
            };
        }
        return facets is { Supervision: SupervisionKind.Teacher, Labels: null }
            ? style with { Symbol = style.Symbol + "-open", Dash = mark.Length > 0 ? style.Dash : "dot" } : style;
    }

    /// <summary>The style of a loss, or of a series that is no method.</summary>
    /// <param name="name">The loss's name, for instance <c>AdaptConf</c>, or the series's.</param>
    /// <returns>Its fixed style; for a name not known here one that depends on the name alone.</returns>
    internal static MethodStyle Of(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (Losses.TryGetValue(name, out var known)) return known;
        var hash = name.Aggregate(17u, (h, c) => h * 31 + char.ToLowerInvariant(c));
        return new MethodStyle(Palette.Hues[(int)(hash % (uint)Palette.Hues.Count)],
            Symbols[(int)(hash / 7 % (uint)Symbols.Length)], "dot", 900);
    }

    /// <summary>The style of a series that is no method, by its place among others.</summary>
    /// <param name="place">0, 1, …; seven have hues of their own.</param>
    /// <returns>The style.</returns>
    public static MethodStyle At(int place) =>
        new(Palette.Hues[place % Palette.Hues.Count], Symbols[place % Symbols.Length], "solid", 900);

    /// <summary>Its line, so wide, for plotly.js.</summary>
    internal Dictionary<string, object?> Line(double width) =>
        FigureBuilder.Obj(("color", Colour), ("width", width), ("dash", Dash));

    /// <summary>Its marker, so large, for plotly.js; an open one with strokes so wide.</summary>
    internal Dictionary<string, object?> Marker(int size, double? stroke = null) =>
        FigureBuilder.Obj(("color", Colour), ("symbol", Symbol), ("size", size),
            ("line", stroke is null ? null : FigureBuilder.Obj(("width", stroke), ("color", Colour))));

    /// <summary>Items in the fixed order of all charts; those not known keep their order, before the ceiling.</summary>
    /// <typeparam name="T">What carries the method.</typeparam>
    /// <param name="items">The items.</param>
    /// <param name="method">What their method is.</param>
    /// <returns>The items sorted, stable.</returns>
    internal static IReadOnlyList<T> Sorted<T>(IEnumerable<T> items, Func<T, RunFacets> method) =>
        [.. items.OrderBy(item => Of(method(item)).Order)];
}
