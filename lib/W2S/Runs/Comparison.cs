using W2S.Analysis;

namespace W2S.Runs;

/// <summary>A method beside a baseline on the same seeds: the paired gain with its interval, and whether it is settled
/// once all comparisons made with it are counted.</summary>
/// <remarks>
/// Seeds that re-deal one pool of images share images; the interval and p allow for that by the runs' own
/// <see cref="RunResult.TestPerTrain"/>, after Nadeau and Bengio, <em>Inference for the Generalization Error</em>
/// (Machine Learning 52, 2003). A family of many comparisons finds a difference by chance sooner than one does: its
/// p-values are adjusted by Holm's method, and <see cref="Verdict"/> goes by the adjusted one. The interval is that of
/// the comparison taken alone, and may exclude 0 where the verdict is open. See
/// <see cref="RunSet.Compare(Role, string)"/>.
/// </remarks>
public sealed record Comparison
{
    /// <summary>The adjusted p-value below which a sign counts as settled.</summary>
    public const double Level = .05;

    internal Comparison(RunSet method, RunSet baseline, string value, GapRecovered? recovered)
    {
        (Runs, Baseline, Recovered) = (method, baseline, recovered);
        Seeds = [.. method.Seeds.Intersect(baseline.Seeds)];
        if (Seeds.Count == 0)
            throw new ArgumentException(
                $"{method.Facets.Method} has the seeds {string.Join(", ", method.Seeds)} and "
                + $"{baseline.Facets.Method} {string.Join(", ", baseline.Seeds)}; give runs that share seeds");
        var own = method.Where(run => Seeds.Contains(run.Seed)).Values(value);
        var theirs = baseline.Where(run => Seeds.Contains(run.Seed)).Values(value);
        var ratio = Math.Max(method.TestPerTrain, baseline.TestPerTrain);
        Differences = Statistics.Differences(own, theirs);
        Gain = Statistics.PairedDifference(own, theirs, ratio);
        PValue = AdjustedPValue = Statistics.PairedPValue(own, theirs, ratio);
    }

    /// <summary>The method's runs.</summary>
    public RunSet Runs { get; }

    /// <summary>The baseline's runs.</summary>
    public RunSet Baseline { get; }

    /// <summary>The setting's name where there are several: see <see cref="RunSet.Settings"/>.</summary>
    public string Setting { get; init; } = "";

    /// <summary>What the method is.</summary>
    public RunFacets Facets => Runs.Facets;

    /// <summary>The seeds that both have, by which they are paired.</summary>
    public IReadOnlyList<long> Seeds { get; }

    /// <summary>Method minus baseline for each seed.</summary>
    public IReadOnlyList<double> Differences { get; }

    /// <summary>The mean difference with its widened 95 % Student-t interval, taken alone.</summary>
    public Estimate Gain { get; }

    /// <summary>The two-sided p-value that the mean difference is 0, taken alone; NaN for one seed.</summary>
    public double PValue { get; }

    /// <summary>The p-value adjusted for the family by Holm's method; NaN for one seed.</summary>
    public double AdjustedPValue { get; private init; }

    /// <summary>How many comparisons were made together.</summary>
    public int FamilySize { get; private init; } = 1;

    /// <summary>How much of the gap between weak teacher and ceiling a student of the teacher alone recovers; null
    /// where the runs have no such ends.</summary>
    public GapRecovered? Recovered { get; }

    /// <summary>What is settled.</summary>
    public Verdict Verdict => !(AdjustedPValue < Level) ? Verdict.Open : Gain.Mean > 0 ? Verdict.Above : Verdict.Below;

    /// <summary>Counts comparisons as one family: wherever several are shown together.</summary>
    /// <param name="comparisons">The comparisons, of one call or of several.</param>
    /// <returns>The same with p-values adjusted for all of them.</returns>
    public static IReadOnlyList<Comparison> Family(IEnumerable<Comparison> comparisons)
    {
        var all = comparisons.ToArray();
        var tested = Enumerable.Range(0, all.Length).Where(i => !double.IsNaN(all[i].PValue)).ToArray();
        var adjusted = tested.Zip(Statistics.Holm([.. tested.Select(i => all[i].PValue)])).ToDictionary(
            pair => pair.First, pair => pair.Second);
        return [.. all.Select((one, i) => one with
        { AdjustedPValue = adjusted.GetValueOrDefault(i, double.NaN), FamilySize = tested.Length })];
    }

    /// <summary>For instance <c>KD + labels over Strong alone: 1.2 [0.3, 2.1] points, n = 5, p = 0.03,
    /// above</c>.</summary>
    /// <returns>The text, for a difference of accuracies.</returns>
    public override string ToString() => FormattableString.Invariant(
        $"{Facets.Method} over {Baseline.Facets.Method}: {Gain.Percent.ToIntervalString()} points, n = {Seeds.Count}, ")
        + FormattableString.Invariant($"p = {AdjustedPValue:0.000}, {Verdict.ToString().ToLowerInvariant()}");
}

/// <summary>What a comparison settles.</summary>
public enum Verdict
{
    /// <summary>The method is better: its gain is positive and p, adjusted for the whole family of comparisons, below
    /// 0.05.</summary>
    Above,

    /// <summary>It is worse: the gain is negative and the adjusted p below 0.05.</summary>
    Below,

    /// <summary>Neither is settled.</summary>
    Open,
}
