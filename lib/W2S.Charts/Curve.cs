using W2S.Analysis;

namespace W2S.Charts;

/// <summary>A quantity along an axis, for instance an accuracy over epochs.</summary>
/// <param name="Name">The method or series; a method's name gives it its colour.</param>
/// <param name="X">Places on the axis, for instance epochs.</param>
/// <param name="Values">An estimate at each place.</param>
public sealed record Curve(string Name, IReadOnlyList<double> X, IReadOnlyList<Estimate> Values)
{
    /// <summary>The curve of one run, without a band.</summary>
    /// <param name="name">The method or series.</param>
    /// <param name="x">Places on the axis.</param>
    /// <param name="values">A value at each place.</param>
    /// <returns>The curve.</returns>
    public static Curve Single(string name, IReadOnlyList<double> x, IReadOnlyList<double> values) =>
        new(name, x, [.. values.Select(value => new Estimate(value, double.NaN, double.NaN, double.NaN, 1))]);

    /// <summary>The mean of several runs with a Student-t band.</summary>
    /// <param name="name">The method or series.</param>
    /// <param name="x">Places on the axis.</param>
    /// <param name="runs">For each run a value at each place.</param>
    /// <param name="level">Level of the intervals, between 0 and 1.</param>
    /// <returns>The curve.</returns>
    /// <exception cref="ArgumentException">A run has another number of values than there are places, or there is no
    /// run.</exception>
    public static Curve Over(string name, IReadOnlyList<double> x, IReadOnlyList<IReadOnlyList<double>> runs,
        double level = .95)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0) throw new ArgumentException($"{name} has no run; give at least one", nameof(runs));
        foreach (var run in runs)
        {
            if (run.Count != x.Count)
                throw new ArgumentException($"{name} has {run.Count} values for {x.Count} places; give one each",
                    nameof(runs));
        }
        return new Curve(name, x, [.. x.Select((_, i) => Statistics.OverRuns([.. runs.Select(run => run[i])], level))]);
    }

    internal void Check()
    {
        if (X.Count == 0 || X.Count != Values.Count)
        {
            throw new ArgumentException(
                $"{Name} has {Values.Count} values for {X.Count} places; give one each, at least one");
        }
    }
}
