using Deedle;
using W2S.Runs;

namespace W2S.Charts;

/// <summary>Finished runs as a table, and by method for tests and charts.</summary>
public static class RunTable
{
    /// <summary>One row for each run.</summary>
    /// <param name="runs">The runs.</param>
    /// <returns>Columns: kind, setting, method, seed, each final number, seconds, hash, and, where they are not all of
    /// one, machine; a number that a run lacks is missing.</returns>
    public static Frame<int, string> Of(IReadOnlyList<RunResult> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var frame = Frame.CreateEmpty<int, string>();
        Add("kind", run => run.Kind);
        Add("setting", run => run.Setting);
        Add("method", run => run.Name);
        Add("seed", run => run.Seed);
        foreach (var name in runs.SelectMany(run => run.Outcome.Values.Keys).Distinct())
        {
            var some = runs.Select((run, i) => (run, i)).Where(row => row.run.Outcome.Values.ContainsKey(name))
                .ToArray();
            frame.AddColumn(name,
                new Series<int, double>(some.Select(row => row.i).ToArray(),
                    some.Select(row => row.run[name]).ToArray()));
        }
        Add("seconds", run => run.Seconds);
        Add("hash", run => run.Hash);
        if (RunMachine.Note(runs) is not null) Add("machine", run => RunMachine.Names([run]));
        return frame;

        void Add<T>(string name, Func<RunResult, T> cell) =>
            frame.AddColumn(name, new Series<int, T>([.. Enumerable.Range(0, runs.Count)], [.. runs.Select(cell)]));
    }

    /// <summary>The runs of each method, in the order in which the methods first occur, each in the order of the
    /// seeds.</summary>
    /// <param name="runs">Runs of one setting.</param>
    /// <returns>Methods and their runs.</returns>
    /// <exception cref="ArgumentException">A method has a seed twice, or lacks one that another has, so that runs
    /// cannot be paired.</exception>
    public static IReadOnlyList<(string Method, IReadOnlyList<RunResult> Runs)> ByMethod(IReadOnlyList<RunResult> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var methods = runs.GroupBy(run => run.Name)
            .Select(group =>
                (Method: group.Key, Runs: (IReadOnlyList<RunResult>)[.. group.OrderBy(run => run.Seed)])).ToArray();
        foreach (var (method, own) in methods)
        {
            if (own.DistinctBy(run => run.Seed).Count() < own.Count
                || !own.Select(run => run.Seed).SequenceEqual(methods[0].Runs.Select(run => run.Seed)))
                throw new ArgumentException(
                    $"{method} has the seeds {string.Join(", ", own.Select(run => run.Seed))} and {methods[0].Method} "
                    + $"{string.Join(", ", methods[0].Runs.Select(run => run.Seed))}; give runs of one setting, each "
                        + "method with the same seeds, each once", nameof(runs));
        }
        return methods;
    }
}
