using W2S.Analysis;
using W2S.Runs;

namespace W2S.Charts;

/// <summary>A quantity along an axis, for instance an accuracy over epochs.</summary>
/// <param name="Name">The method or series.</param>
/// <param name="X">Places on the axis, for instance epochs.</param>
/// <param name="Values">An estimate at each place.</param>
public sealed record Curve(string Name, IReadOnlyList<double> X, IReadOnlyList<Estimate> Values)
{
    /// <summary>How it looks.</summary>
    /// <value>By its name.</value>
    public MethodStyle Style { get; init; } = MethodStyle.Of(Name);

    /// <summary>The curve of one run, without a band.</summary>
    /// <param name="name">The method or series.</param>
    /// <param name="x">Places on the axis.</param>
    /// <param name="values">A value at each place.</param>
    /// <returns>The curve.</returns>
    public static Curve Single(string name, IReadOnlyList<double> x, IReadOnlyList<double> values) =>
        new(name, x, [.. values.Select(value => new Estimate(value, double.NaN, double.NaN, double.NaN, 1))]);

    /// <summary>How a method went, over its epochs: the mean over its seeds with a Student-t band.</summary>
    /// <param name="method">Runs of one method.</param>
    /// <param name="value">A measurement of their histories.</param>
    /// <returns>The curve, in the method's style.</returns>
    /// <exception cref="ArgumentException">The runs are of several methods, or have no such measurement.</exception>
    public static Curve Of(RunSet method, string value)
    {
        ArgumentNullException.ThrowIfNull(method);
        var history = method.History(value);
        return new(method.Facets.Method, [.. history.Select(point => point.Epoch)],
            [.. history.Select(point => point.Estimate)])
        { Style = MethodStyle.Of(method.Facets) };
    }

    /// <summary>How methods' test accuracies go with the number of true labels that the weak teacher learned from: a
    /// curve each.</summary>
    /// <param name="runs">Runs of several such numbers.</param>
    /// <returns>The curves, in the methods' styles.</returns>
    /// <exception cref="ArgumentException">A run does not say how many true labels there were.</exception>
    public static IReadOnlyList<Curve> ByTrueLabels(RunSet runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        return [.. runs.Methods.GroupBy(method => method.Facets.Method).Select(over => new Curve(over.Key,
            [.. over.Select(method => (double)(method.Facets.TrueLabels ?? throw new ArgumentException(
                $"{over.Key} does not say how many true labels its teacher had; give runs of a probe study with some",
                nameof(runs))))],
            [.. over.Select(method => method.Estimate())])
            { Style = MethodStyle.Of(over.First().Facets) })];
    }

    /// <summary>Its values in a measure's unit.</summary>
    /// <exception cref="ArgumentException">They do not fit the places.</exception>
    internal Estimate[] In(Measure measure)
    {
        if (X.Count == 0 || X.Count != Values.Count)
            throw new ArgumentException(
                $"{Name} has {Values.Count} values for {X.Count} places; give one each, at least one");
        return [.. Values.Select(value => value.Times(measure.Factor))];
    }
}
