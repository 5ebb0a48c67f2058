using Plotly.NET;
using W2S.Analysis;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

/// <summary>A published number and ours for the same thing.</summary>
/// <param name="Setting">For instance <c>ResNet20 → ResNet56</c>.</param>
/// <param name="Method">The method's name.</param>
/// <param name="Published">The published value, in the measure's own unit before its factor (an accuracy as a
/// fraction); null where there is none.</param>
/// <param name="Evidence">How the published value is known: <c>C</c>, <c>F</c>, <c>R</c>, <c>P</c> or <c>D</c>; empty
/// where there is none.</param>
/// <param name="Ours">Our estimate; null where not run.</param>
public sealed record PublishedNumber(string Setting, string Method, double? Published, string Evidence, Estimate? Ours)
{
    internal static IReadOnlyDictionary<string, string> Tags { get; } = new Dictionary<string, string>
    {
        ["C"] = "from the authors’ code or README",
        ["F"] = "read off their figure",
        ["R"] = "as quoted in public reviews",
        ["P"] = "from an abstract or paper page",
        ["D"] = "derived from their numbers",
    };
}

public static partial class Figures
{
    /// <summary>Published numbers beside ours, each with its evidence.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="numbers">The numbers; settings keep their order, methods stand in their fixed order.</param>
    /// <param name="differs">What differs between the two: setting, epochs, seeds. It must be said.</param>
    /// <param name="measure">What the values are; accuracies 0 … 1 where null.</param>
    /// <returns>The chart: hollow diamonds published, filled markers ours.</returns>
    /// <exception cref="ArgumentException">There is no number, nothing is said to differ, or an evidence tag is unknown
    /// (unverified numbers are not shown).</exception>
    public static GenericChart Published(string title, IReadOnlyList<PublishedNumber> numbers, string differs,
        Measure? measure = null)
    {
        Require(numbers, nameof(numbers));
        ArgumentException.ThrowIfNullOrWhiteSpace(differs);
        measure ??= Measure.Accuracy;
        foreach (var number in numbers)
        {
            if (number.Published is not null && !PublishedNumber.Tags.ContainsKey(number.Evidence))
            {
                throw new ArgumentException(
                    $"evidence '{number.Evidence}' of {number.Setting}, {number.Method} is not one of "
                    + $"{string.Join(", ", PublishedNumber.Tags.Keys)}; an unverified number is not shown",
                    nameof(numbers));
            }
        }
        var rows = new List<(string Label, PublishedNumber? Number)>();
        foreach (var setting in numbers.GroupBy(number => number.Setting))
        {
            rows.Add(($"<b>{string.Join("<br>", Wrap(setting.Key, 26))}</b>", null));
            rows.AddRange(
                setting.OrderBy(number => MethodStyle.Of(number.Method).Order)
                    .Select(number => (number.Method, (PublishedNumber?)number)));
        }
        var used = numbers.Where(number => number.Published is not null).Select(number => number.Evidence).Distinct()
            .Order();
        var ours = numbers.Where(number => number.Ours is not null).Select(number => number.Ours!).ToArray();
        var figure = new FigureBuilder(title)
        {
            Caption = Join(
                "Hollow diamonds: published "
                    + string.Join(", ", used.Select(tag => $"[{tag}] {PublishedNumber.Tags[tag]}")),
                ours.Length == 0 ? "Ours: not run"
                    : $"Filled: ours, {Spread(ours, "whiskers")}", "What differs: " + differs),
            PlotHeight = Math.Max(120, 28 * rows.Count + 20),
            Left = Math.Min(210,
                24 + 7 * rows.Max(
                    row => row.Label.Replace("<b>", "").Replace("</b>", "").Split("<br>").Max(line => line.Length))),
            Right = 172,
        };
        var texts = new List<Dictionary<string, object?>>();
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Number is not { } number) continue;
            var style = MethodStyle.Of(number.Method);
            var name = $"{number.Setting}: {number.Method}";
            var words = new List<string>();
            if (number.Published is { } published)
            {
                figure.Add("scatter", ("name", $"{name}, published [{number.Evidence}]"), ("meta", Told(axis: "x")),
                    ("showlegend", false), ("mode", "markers"),
                    ("x", Numbers([published * measure.Factor])), ("y", Numbers([i])),
                    ("marker", Obj(("symbol", "diamond-open"), ("size", 11), ("color", style.Colour),
                        ("line", Obj(("width", 2))))));
                words.Add(FormattableString.Invariant($"{published * measure.Factor:0.00} [{number.Evidence}]"));
            }
            if (number.Ours is { } estimate)
            {
                var shown = estimate.Times(measure.Factor);
                var whiskers = Whiskers(shown);
                if (whiskers is not null) whiskers["color"] = style.Colour;
                figure.Add("scatter", ("name", name + ", ours"), ("meta", Told(axis: "x")), ("showlegend", false),
                    ("mode", "markers"), ("x", Numbers([shown.Mean])), ("y", Numbers([i])), ("error_x", whiskers),
                    ("marker", Obj(("symbol", "circle"), ("size", 9), ("color", style.Colour))));
                words.Add(shown.ToString());
            }
            texts.Add(Text(string.Join(" · ", words), "paper", 1, "y", i, ("xanchor", "left"), ("xshift", 6),
                ("font", Obj(("size", 11.5)))));
        }
        return figure.Layout("xaxis", Axis(measure.Title)).Layout("yaxis", RowAxis(rows.Select(row => row.Label)))
            .Layout("annotations", texts).Build();
    }
}
