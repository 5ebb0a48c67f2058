namespace W2S.Charts;

/// <summary>How a method looks in every chart: greys are the two ends (weak teacher, ceiling), hues are methods,
/// markers tell variants apart.</summary>
/// <param name="Colour"><c>#RRGGBB</c>.</param>
/// <param name="Symbol">plotly.js marker symbol.</param>
/// <param name="Dash">plotly.js line dash.</param>
/// <param name="Pattern">plotly.js bar pattern; empty for a plain bar.</param>
/// <param name="Order">Place in tables, legends and axes.</param>
public sealed record MethodStyle(string Colour, string Symbol, string Dash, string Pattern, int Order)
{
    private static readonly (string[] Names, MethodStyle Style)[] Known = Build();

    /// <summary>The style of a method by its name; case, dashes and a parameter after the name do not matter.</summary>
    /// <param name="method">For instance <c>AdaptConf</c>, <c>AdaptConf T=4</c>, <c>weak teacher</c>.</param>
    /// <returns>Its fixed style; for a name not known here one that depends on the name alone.</returns>
    public static MethodStyle Of(string method)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(method);
        var name = Plain(method);
        var best = Known.SelectMany(entry => entry.Names.Select(known => (known, entry.Style)))
            .Where(x => name == x.known || name.StartsWith(x.known + " ", StringComparison.Ordinal))
            .OrderByDescending(x => x.known.Length).FirstOrDefault();
        if (best.Style is null)
        {
            var hash = name.Aggregate(17u, (h, c) => h * 31 + c);
            return new MethodStyle(Palette.Hues[(int)(hash % (uint)Palette.Hues.Count)],
                Symbols[(int)(hash / 7 % (uint)Symbols.Length)], "dot", "", 900);
        }
        if (name == best.known) return best.Style;
        // A variant of a known method: same colour, a marker and a dash of its own.
        var variant = name[best.known.Length..].Aggregate(7u, (h, c) => h * 31 + c);
        return best.Style
            with
        {
            Symbol = Symbols[(int)(variant % (uint)Symbols.Length)],
            Dash = Dashes[(int)(variant / 5 % (uint)Dashes.Length)]
        };
    }

    /// <summary>Methods in the fixed order of all charts; those not known keep their order, before the
    /// ceiling.</summary>
    /// <typeparam name="T">What carries the method's name.</typeparam>
    /// <param name="items">The items.</param>
    /// <param name="method">Their method's name.</param>
    /// <returns>The items sorted, stable.</returns>
    public static IReadOnlyList<T> Sorted<T>(IEnumerable<T> items, Func<T, string> method) =>
        [.. items.OrderBy(item => Of(method(item)).Order)];

    private static readonly string[] Symbols = ["circle", "diamond", "triangle-up", "cross", "x", "star", "hexagon",
        "pentagon"];
    private static readonly string[] Dashes = ["dash", "dot", "dashdot", "longdash"];

    private static string Plain(string name)
    {
        var text = new string(
            [.. name.ToLowerInvariant().Select(c => char.IsLetterOrDigit(c) || c is '=' or '.' ? c : ' ')]);
        return string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static (string[], MethodStyle)[] Build()
    {
        var order = 0;
        return
        [
            Entry(Palette.Weak, "square", "dash", "", "weak", "weak teacher", "teacher"),
            Entry(Palette.Brown, "circle-open", "dash", "", "scratch", "strong alone", "noisy labels"),
            Entry(Palette.Brown, "diamond-open", "dot", "", "true labels", "few true labels", "few labels"),
            Entry(Palette.Brown, "triangle-up-open", "dashdot", "", "label smoothing"),
            Entry(Palette.Brown, "star-open", "longdash", "", "virtual teacher"),
            Entry(Palette.Sky, "triangle-down-open", "dash", "", "bootstrapping"),
            Entry(Palette.Sky, "square", "dot", "", "small loss"),
            Entry(Palette.Orange, "square", "solid", "", "trusted labels", "trusted"),
            Entry(Palette.Purple, "hexagon", "solid", "", "second stage"),
            Entry(Palette.Purple, "triangle-down", "dot", "", "hard", "hard labels", "weak labels hard",
                "hard weak labels", "cross entropy hard"),
            Entry(Palette.Purple, "circle", "solid", "", "soft", "soft labels", "weak labels", "weak to strong",
                "weak labels soft", "soft weak labels", "cross entropy", "cross entropy soft", "weak labels only"),
            Entry(Palette.Green, "circle", "solid", "", "kd"),
            Entry(Palette.Sky, "diamond", "solid", "", "fitnet"),
            Entry(Palette.Sky, "triangle-up", "dash", "", "rkd"),
            Entry(Palette.Green, "diamond", "dash", "", "dkd"),
            Entry(Palette.Sky, "cross", "dot", "", "reviewkd", "review kd"),
            Entry(Palette.Green, "x", "dot", "", "dist"),
            Entry(Palette.Orange, "hexagon", "dash", "", "reverse kl"),
            Entry(Palette.Orange, "triangle-up", "dot", "", "product"),
            Entry(Palette.Orange, "circle", "solid", "", "log confidence", "logconf", "log conf"),
            Entry(Palette.Orange, "star", "dashdot", "", "evidential", "edl"),
            Entry(Palette.Vermilion, "circle", "solid", "", "augconf", "aug conf"),
            Entry(Palette.Blue, "circle", "solid", "", "adaptconf", "adapt conf"),
            Entry(Palette.Blue, "square-open", "dash", "", "fixed", "fixed β", "fixed beta", "adaptconf fixed"),
            Entry(Palette.Blue, "diamond-open", "dot", "", "swapped", "swapped β", "swapped beta", "adaptconf swapped"),
            Entry(Palette.Blue, "triangle-up-open", "dashdot", "", "gated", "gated β", "gated beta", "adaptconf gated"),
            Entry(Palette.Blue, "star-open", "longdash", "", "oracle", "oracle β", "oracle beta", "adaptconf oracle"),
            (["ceiling", "strong ceiling", "strong", "clean labels"],
                new MethodStyle(Palette.Ceiling, "star", "dash", "/", 1000)),
        ];

        (string[], MethodStyle) Entry(string colour, string symbol, string dash, string pattern,
            params string[] names) =>
            (names, new MethodStyle(colour, symbol, dash, pattern, order++));
    }
}
