using System.Collections;
using System.Runtime.CompilerServices;
using W2S.Analysis;

namespace W2S.Runs;

/// <summary>Finished runs to select from, group, pair and compare. It never changes: each of these gives
/// another.</summary>
/// <remarks>
/// It comes from a grid, from the store, from a file, or from other sets: <c>RunSet all = [.. some, .. more]</c>. A run
/// of several arms stands in it as one run an arm, and one that is given twice stands in it once. What is made of it, intervals above all, takes what it needs from the
/// runs themselves.
/// </remarks>
[CollectionBuilder(typeof(RunSet), nameof(Create))]
public sealed class RunSet : IReadOnlyList<RunResult>
{
    private readonly RunResult[] runs;

    /// <summary>Takes runs.</summary>
    /// <param name="runs">The runs; those of several arms are taken apart.</param>
    public RunSet(IEnumerable<RunResult> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        this.runs = [.. runs.SelectMany(run => run.Outcome.Arms.Count == 0 ? [run] : run.Outcome.Arms.Select(
            arm => run with { Facets = arm.Facets, Outcome = new RunOutcome { Values = arm.Values } }))
            .DistinctBy(run => (run.Facets, run.Seed, Same: run.Hash.Length > 0 ? run.Hash : (object)run))];
    }

    /// <summary>A set of the runs given.</summary>
    /// <param name="runs">The runs.</param>
    /// <returns>The set.</returns>
    public static RunSet Create(ReadOnlySpan<RunResult> runs) => new(runs.ToArray());

    /// <inheritdoc/>
    public int Count => runs.Length;

    /// <inheritdoc/>
    public RunResult this[int index] => runs[index];

    /// <summary>What all runs have in common: a facet in which they differ is null, or empty.</summary>
    /// <exception cref="InvalidOperationException">There is no run.</exception>
    public RunFacets Facets => RunFacets.Common(Some.Select(run => run.Facets));

    /// <summary>The seeds, each once, in order.</summary>
    public IReadOnlyList<long> Seeds => [.. runs.Select(run => run.Seed).Distinct().Order()];

    /// <summary>Test images for each training image: the largest of the runs'.</summary>
    public double TestPerTrain => runs.Max(run => run.TestPerTrain);

    /// <summary>The runs of each method and setting, in the order in which they first occur.</summary>
    public IReadOnlyList<RunSet> Methods => [.. By(run => run.Facets).Select(method => method.Runs)];

    /// <summary>The runs of each setting: those that one comparison holds beside each other. A weak teacher or a student
    /// alone stands in the settings of all that were taught by the one, or share the other's network. The name says
    /// what tells a setting apart from the others; that of a single one is empty.</summary>
    public IReadOnlyList<(string Name, RunSet Runs)> Settings
    {
        get
        {
            var settings = RunFacets.WidestSettings(runs.Select(run => run.Facets));
            return [.. settings.Select(
                setting => (setting.SettingBeside(settings), Where(run => run.Facets.StandsIn(setting))))];
        }
    }

    /// <summary>Those runs that a condition holds for.</summary>
    /// <param name="condition">For instance <c>run => run.Facets.Loss == "KD"</c>.</param>
    /// <returns>The runs in their order.</returns>
    public RunSet Where(Func<RunResult, bool> condition) => new(Enumerable.Where(runs, condition));

    /// <summary>The runs in some roles.</summary>
    /// <param name="roles">The roles.</param>
    /// <returns>The runs in their order.</returns>
    public RunSet In(params Role[] roles) => Where(run => run.Facets.Role is { } role && roles.Contains(role));

    /// <summary>The runs of some experiments, under the facets that these have.</summary>
    /// <param name="experiments">The experiments.</param>
    /// <returns>The runs that are there, in the experiments' order.</returns>
    public RunSet Of(IEnumerable<Experiment> experiments)
    {
        ArgumentNullException.ThrowIfNull(experiments);
        var byHash = runs.ToLookup(run => run.Hash);
        return new(experiments.SelectMany(experiment => byHash[experiment.Hash].Take(1).Select(
            run => run.As(experiment))));
    }

    /// <summary>The same runs under other facets, for instance the strong student alone as the ceiling of those who see
    /// no label.</summary>
    /// <param name="change">The new facets from the old.</param>
    /// <returns>The runs in their order.</returns>
    public RunSet As(Func<RunFacets, RunFacets> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return new(runs.Select(run => run with { Facets = change(run.Facets) }));
    }

    /// <summary>The runs of each value of a facet, in the order in which the values first occur.</summary>
    /// <typeparam name="T">The facet's type.</typeparam>
    /// <param name="facet">For instance <c>run => run.Facets.Noise</c>.</param>
    /// <returns>Values and their runs.</returns>
    public IReadOnlyList<(T Key, RunSet Runs)> By<T>(Func<RunResult, T> facet) =>
        [.. runs.GroupBy(facet).Select(group => (group.Key, new RunSet(group)))];

    /// <summary>A final number of one method, in the order of the seeds.</summary>
    /// <param name="value">Its name.</param>
    /// <returns>One a seed.</returns>
    /// <exception cref="ArgumentException">There is no run, the runs are of several methods, a seed stands twice, or one
    /// has no such number.</exception>
    public IReadOnlyList<double> Values(string value = "test accuracy")
    {
        var methods = Some.Select(run => run.Facets).Distinct().ToArray();
        if (methods.Length > 1)
            throw new ArgumentException(
                $"these are runs of {methods.Length} methods, {methods[0].Method} in {methods[0].Setting} and "
                + $"{methods[1].Method} in {methods[1].Setting} among them; give those of one");
        if (Seeds.Count < Count)
            throw new ArgumentException(
                $"{methods[0].Method} has the seeds {string.Join(", ", runs.Select(run => run.Seed).Order())}; give runs "
                + "of one setting, each seed once");
        return [.. runs.OrderBy(run => run.Seed).Select(run => run[value])];
    }

    /// <summary>Mean, spread and interval of one method over its seeds.</summary>
    /// <param name="value">The final number.</param>
    /// <returns>The estimate, widened for images that seeds share.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Values"/>.</exception>
    public Estimate Estimate(string value = "test accuracy") => Statistics.OverRuns(Values(value), TestPerTrain);

    /// <summary>A measurement along the way of one method: an estimate over the seeds for each moment at which all were
    /// measured.</summary>
    /// <param name="value">The measurement, for instance <c>validation accuracy</c>.</param>
    /// <returns>Epochs and estimates.</returns>
    /// <exception cref="ArgumentException">As for <see cref="Values"/>; or no moment has such a measurement.</exception>
    public IReadOnlyList<(double Epoch, Estimate Estimate)> History(string value)
    {
        (double, Estimate)[] moments = [.. Some.SelectMany(run => run.Outcome.History)
            .Where(point => point.Values.ContainsKey(value)).GroupBy(point => point.Epoch)
            .Where(moment => moment.Count() == Count).OrderBy(moment => moment.Key)
            .Select(moment => (moment.Key,
                Statistics.OverRuns([.. moment.Select(point => point.Values[value])], TestPerTrain)))];
        return moments.Length > 0 ? moments
            : throw new ArgumentException($"{Facets.Method} has no history of '{value}' that all its seeds share");
    }

    /// <summary>Compares every method with the runs in a role, setting by setting.</summary>
    /// <param name="baseline">The role to compare with.</param>
    /// <param name="value">The final number compared.</param>
    /// <returns>A comparison a method and setting, all of one family; settings without the baseline have
    /// none.</returns>
    /// <exception cref="ArgumentException">No setting has the baseline and another method, or runs do not
    /// pair.</exception>
    public IReadOnlyList<Comparison> Compare(Role baseline, string value = "test accuracy") =>
        Compare(facets => facets.Role == baseline, value);

    /// <summary>Compares every method with a baseline, setting by setting.</summary>
    /// <param name="baseline">Which runs are the baseline, one method a setting.</param>
    /// <param name="value">The final number compared.</param>
    /// <param name="within">What method and baseline have in common instead of the setting, for instance the loss where
    /// supervision differs.</param>
    /// <returns>A comparison a method and setting, all of one family; settings without the baseline have
    /// none.</returns>
    /// <exception cref="ArgumentException">No setting has the baseline and another method, or runs do not
    /// pair.</exception>
    public IReadOnlyList<Comparison> Compare(Func<RunFacets, bool> baseline, string value = "test accuracy",
        Func<RunFacets, object?>? within = null)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        var groups = within is null ? Settings : [.. By(run => within(run.Facets)).Select(group => ("", group.Runs))];
        Comparison[] all = [.. groups.SelectMany(group =>
        {
            var compared = group.Runs.Where(run => baseline(run.Facets));
            var others = group.Runs.Where(run => !baseline(run.Facets)).Methods;
            return compared.Count == 0 ? [] : others.Select(
                method => new Comparison(method, compared, value, group.Runs.Recovered(method, value))
                { Setting = within is null ? group.Name : method.Facets.SettingBeside(runs.Select(run => run.Facets)) });
        })];
        return all.Length > 0 ? Comparison.Family(all)
            : throw new ArgumentException(
                $"no setting has a method beside the baseline; there are "
                + $"{string.Join("; ", Methods.Select(method => $"{method.Facets.Method} in {method.Facets.Setting}"))}",
                nameof(baseline));
    }

    /// <inheritdoc/>
    public IEnumerator<RunResult> GetEnumerator() => ((IEnumerable<RunResult>)runs).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private RunResult[] Some => runs.Length > 0 ? runs
        : throw new ArgumentException("there is no run in the set; give at least one");

    // The gap of this setting that a student of the teacher alone recovers, on the seeds that all three have.
    private GapRecovered? Recovered(RunSet method, string value)
    {
        if (method.Facets is not { Role: Role.Student, Supervision: SupervisionKind.Teacher }) return null;
        RunSet[] three = [In(Role.WeakTeacher), method, In(Role.Ceiling)];
        var shared = three.Select(one => one.Seeds).Aggregate((a, b) => [.. a.Intersect(b)]);
        if (shared.Count == 0) return null;
        var values = three.Select(one => one.Where(run => shared.Contains(run.Seed)).Values(value)).ToArray();
        return GapRecovered.Over(values[0], values[1], values[2], three.Max(one => one.TestPerTrain));
    }
}
