using Deedle;
using W2S.Runs;

namespace W2S.Charts;

/// <summary>Finished runs as a table.</summary>
public static class RunTable
{
    /// <summary>One row for each run.</summary>
    /// <param name="runs">The runs.</param>
    /// <returns>Columns: kind, setting, method, seed, each final number, seconds, hash, and, where they are not all of
    /// one, machine; a number that a run lacks is missing.</returns>
    public static Frame<int, string> Of(RunSet runs)
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
}
