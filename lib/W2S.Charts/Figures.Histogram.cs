using Plotly.NET;
using W2S.Torch;
using static W2S.Charts.FigureBuilder;

namespace W2S.Charts;

public static partial class Figures
{
    /// <summary>Distributions over one another, counted here so that the chart stays small whatever the number of
    /// samples.</summary>
    /// <param name="title">The claim or quantity.</param>
    /// <param name="series">Named values, at least one each; values outside the range count at its ends.</param>
    /// <param name="measure">What the values are.</param>
    /// <param name="bins">How many bins of equal width.</param>
    /// <param name="range">Lowest and highest value; those of the data where null.</param>
    /// <param name="caption">What stands under the title before the counts.</param>
    /// <returns>The chart: share of each series' samples, in percent.</returns>
    /// <exception cref="ArgumentException">There is no series, one is empty or holds what is not finite, or the range
    /// is empty.</exception>
    public static GenericChart Histogram(
        string title, IReadOnlyList<(string Name, IReadOnlyList<double> Values)> series, Measure measure,
        int bins = 20, (double Low, double High)? range = null, string caption = "")
    {
        Require(series, nameof(series));
        ArgumentNullException.ThrowIfNull(measure);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        foreach (var (name, values) in series) Checks.Finite(values, name);
        var low = range?.Low ?? series.Min(s => s.Values.Min());
        var high = range?.High ?? series.Max(s => s.Values.Max());
        if (range is null && low == high) (low, high) = (low - .5, high + .5);
        if (!(low < high))
            throw new ArgumentException(
                FormattableString.Invariant($"range {low} … {high} is empty; give a lower and a higher end"),
                nameof(range));
        var figure = new FigureBuilder(title)
        {
            Caption = Join(caption, string.Join(", ", series.Select(s => $"{s.Name} n = {s.Values.Count}")),
                FormattableString.Invariant($"{bins} bins")),
        };
        var edges = Numbers(Enumerable.Range(0, bins + 1).Select(
            i => (low + (high - low) * i / bins) * measure.Factor));
        foreach (var (k, (name, values)) in series.Index())
        {
            var shares = Shares(values, low, high, bins);
            // A method's colour where the name is one, else the palette's next.
            var colour = (MethodStyle.Of(name) is { Order: not 900 } method ? method : MethodStyle.At(k)).Colour;
            figure.Add("scatter",
                ("name", name), ("mode", "lines"), ("x", edges), ("y", Numbers([.. shares, shares[^1]])),
                ("line", Obj(("shape", "hv"), ("color", colour), ("width", 2),
                    ("dash", LineDashes[k % LineDashes.Length]))),
                ("fill", "tozeroy"), ("fillcolor", Palette.Fade(colour, .18)));
        }
        return figure
            .Layout("xaxis", Axis(measure.Title)).Layout("yaxis", Axis("share of samples, %", ("rangemode", "tozero")))
            .Build();
    }

    /// <summary>Percent of the values in each bin; 0 where there is no value.</summary>
    private static double[] Shares(IReadOnlyList<double> values, double low, double high, int bins)
    {
        var counts = new double[bins];
        foreach (var value in values) counts[Math.Clamp((int)((value - low) / (high - low) * bins), 0, bins - 1)]++;
        return [.. counts.Select(count => 100 * count / Math.Max(1, values.Count))];
    }

    private static readonly string[] LineDashes = ["solid", "dash", "dot", "dashdot", "longdash"];
}
