namespace W2S.Runs;

/// <summary>How long a run will take, by runs like it.</summary>
/// <param name="measured">Runs whose time is known.</param>
internal sealed class RunLengths(IEnumerable<(string Kind, string Setting, string Name, double Seconds)> measured)
{
    private readonly (string Kind, string Setting, string Name, double Seconds)[] measured = [.. measured];
    private readonly Dictionary<(string, string, string), double?> known = [];

    /// <summary>The mean of runs of the same setting and method, else of the setting, else of all.</summary>
    /// <returns>Seconds; null where nothing is known.</returns>
    public double? Of(string kind, string setting, string name)
    {
        if (known.TryGetValue((kind, setting, name), out var seconds)) return seconds;
        return known[(kind, setting, name)] = Mean(run => (run.Kind, run.Setting, run.Name) == (kind, setting, name))
            ?? Mean(run => (run.Kind, run.Setting) == (kind, setting)) ?? Mean(_ => true);
    }

    /// <summary>Sorts runs by the time from their beginning to the end of the last that depends on them, the longest
    /// first.</summary>
    /// <param name="order">The runs, each after those that it needs.</param>
    public IReadOnlyList<Experiment> LongestChainFirst(IReadOnlyList<Experiment> order)
    {
        var chain = order.ToDictionary(run => run.Hash, _ => 0.0);
        foreach (var run in order.Reverse())
        {
            chain[run.Hash] += Of(run.Kind, run.Setting, run.Name) ?? 1;
            foreach (var need in run.Needs) chain[need.Hash] = Math.Max(chain[need.Hash], chain[run.Hash]);
        }
        return [.. order.OrderByDescending(run => chain[run.Hash])];
    }

    private double? Mean(Func<(string Kind, string Setting, string Name, double Seconds), bool> such) =>
        measured.Where(such).Select(run => (double?)run.Seconds).Average();
}
