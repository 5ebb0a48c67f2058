using System.Text.Json.Serialization;

namespace W2S.Runs;

/// <summary>Where a run of a sweep stands.</summary>
internal enum RunState
{
    /// <summary>It waits for runs that it needs.</summary>
    Waiting,

    /// <summary>What it needs is finished; nobody makes it.</summary>
    Ready,

    /// <summary>A process makes it.</summary>
    UnderWay,

    /// <summary>It is finished.</summary>
    Finished,

    /// <summary>It failed, and was not asked for again.</summary>
    Failed,

    /// <summary>A run that it needs failed, or waits for one that did.</summary>
    Blocked,
}

/// <summary>A run of a sweep: what it is, and where it stood when it was looked at.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="Kind">The kind of experiment.</param>
/// <param name="Name">The method.</param>
/// <param name="Setting">What methods are compared within.</param>
/// <param name="Seed">The seed or split.</param>
/// <param name="Needs">The hashes of the runs that it needs.</param>
/// <param name="NeedsFiles">Whether it reads files that those kept.</param>
internal sealed record SweepRun(
    string Hash, string Kind, string Name, string Setting, long Seed, IReadOnlyList<string> Needs, bool NeedsFiles)
{
    /// <summary>Where it stands.</summary>
    [JsonIgnore]
    public RunState State { get; init; }

    /// <summary>The time that it took so far.</summary>
    [JsonIgnore]
    public double Seconds { get; init; }

    /// <summary>The time that such a run takes, by the sweep's finished ones; null where there is none.</summary>
    [JsonIgnore]
    public double? Expected { get; init; }

    /// <summary>Who makes it, or made it last without an end; null where nobody did.</summary>
    [JsonIgnore]
    public string? Holder { get; init; }

    /// <summary>Why it failed; null where it did not.</summary>
    [JsonIgnore]
    public RunFailure? Failure { get; init; }

    public static SweepRun Of(Experiment experiment) => new(
        experiment.Hash, experiment.Kind, experiment.Name, experiment.Setting, experiment.Seed,
        [.. experiment.Needs.Select(need => need.Hash)], experiment.NeedsFiles);

    /// <summary>The same, once it is finished.</summary>
    public SweepRun FinishedAfter(double seconds) => this with { State = RunState.Finished, Seconds = seconds };

    /// <inheritdoc/>
    public override string ToString() => $"{Name}, {Setting}, seed {Seed}";
}

/// <summary>How long a run will take, by runs like it.</summary>
/// <param name="finished">Runs whose time is known.</param>
internal sealed class RunLengths(IEnumerable<SweepRun> finished)
{
    private readonly SweepRun[] finished = [.. finished];
    private readonly Dictionary<(string, string, string), double?> known = [];

    /// <summary>The mean of runs of the same setting and method, else of the setting, else of all.</summary>
    /// <returns>Seconds; null where nothing is known.</returns>
    public double? Of(SweepRun run)
    {
        var (kind, setting, name) = (run.Kind, run.Setting, run.Name);
        if (known.TryGetValue((kind, setting, name), out var seconds)) return seconds;
        return known[(kind, setting, name)] =
            Mean(like => (like.Kind, like.Setting, like.Name) == (kind, setting, name))
            ?? Mean(like => (like.Kind, like.Setting) == (kind, setting)) ?? Mean(_ => true);
    }

    /// <summary>Sorts runs by the time from their beginning to the end of the last that depends on them, the longest
    /// first.</summary>
    /// <param name="order">The runs, each after those that it needs.</param>
    /// <returns>Their hashes.</returns>
    public IEnumerable<string> LongestChainFirst(IReadOnlyList<SweepRun> order)
    {
        var chain = order.ToDictionary(run => run.Hash, _ => 0.0);
        foreach (var run in order.Reverse())
        {
            chain[run.Hash] += Of(run) ?? 1;
            foreach (var need in run.Needs) chain[need] = Math.Max(chain[need], chain[run.Hash]);
        }
        return order.Select(run => run.Hash).OrderByDescending(hash => chain[hash]);
    }

    private double? Mean(Func<SweepRun, bool> such) =>
        finished.Where(such).Select(run => (double?)run.Seconds).Average();
}
