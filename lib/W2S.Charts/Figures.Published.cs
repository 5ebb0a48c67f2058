using Plotly.NET;
using W2S.Analysis;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

/// <summary>A published number and ours for the same thing.</summary>
/// <param name="Setting">For instance <c>ResNet20 → ResNet56</c>.</param>
/// <param name="Method">The method's name.</param>
/// <param name="Published">The published accuracy, 0 … 1.</param>
/// <param name="Evidence">How it is known: <c>C</c>, <c>F</c>, <c>R</c>, <c>P</c> or <c>D</c>.</param>
/// <param name="Ours">Our estimate.</param>
public sealed record PublishedNumber(string Setting, string Method, double Published, string Evidence, Estimate Ours)
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
    /// <summary>Published accuracies beside ours, each with its evidence.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="numbers">The numbers; settings keep their order, methods stand in their fixed order.</param>
    /// <param name="differs">What differs between the two: setting, epochs, seeds. It must be said.</param>
    /// <returns>The chart: hollow diamonds published, filled markers ours.</returns>
    /// <exception cref="ArgumentException">There is no number, nothing is said to differ, or an evidence tag is unknown
    /// (unverified numbers are not shown).</exception>
    public static GenericChart Published(string title, IReadOnlyList<PublishedNumber> numbers, string differs)
    {
        Require(numbers, nameof(numbers));
        ArgumentException.ThrowIfNullOrWhiteSpace(differs);
        foreach (var number in numbers)
        {
            if (!PublishedNumber.Tags.ContainsKey(number.Evidence))
                throw new ArgumentException(
                    $"evidence '{number.Evidence}' of {number.Setting}, {number.Method} is not one of "
                    + $"{string.Join(", ", PublishedNumber.Tags.Keys)}; an unverified number is not shown",
                    nameof(numbers));
        }
        var tags = numbers.Select(number => number.Evidence).Distinct().Order();
        var figure = new FigureBuilder(title)
        {
            Caption = Join(
                "Hollow diamonds: published "
                    + string.Join(", ", tags.Select(tag => $"[{tag}] {PublishedNumber.Tags[tag]}")),
                $"Filled: ours, {Spread(numbers.Select(number => number.Ours), "whiskers")}",
                "What differs: " + differs),
            Right = 172,
        };
        return Rows(figure, numbers.Select(number =>
        {
            var style = MethodStyle.Of(number.Method);
            var (name, published, ours) = ($"{number.Setting}: {number.Method}",
                number.Published * Measure.Accuracy.Factor, number.Ours.Percent);
            return new Row(number.Setting, number.Method, style.Order,
                FormattableString.Invariant($"{published:0.00} [{number.Evidence}] · {ours}"), (figure, row) =>
                {
                    Dots(figure, $"{name}, published [{number.Evidence}]", [published], [row],
                        Obj(("symbol", "diamond-open"), ("size", 11), ("color", style.Colour),
                            ("line", Obj(("width", 2)))));
                    Dots(figure, name + ", ours", [ours.Mean], [row],
                        Obj(("symbol", "circle"), ("size", 9), ("color", style.Colour)),
                        Whiskers([ours], style.Colour));
                });
        }), Measure.Accuracy, height: 28);
    }
}
