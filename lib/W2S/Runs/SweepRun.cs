using System.Text.Json.Serialization;

namespace W2S.Runs;

/// <summary>Where a run of a sweep stands.</summary>
public enum RunState
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
public sealed record SweepRun(
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

    internal static SweepRun Of(Experiment experiment) => new(
        experiment.Hash, experiment.Kind, experiment.Name, experiment.Setting, experiment.Seed,
        [.. experiment.Needs.Select(need => need.Hash)], experiment.NeedsFiles);

    /// <inheritdoc/>
    public override string ToString() => $"{Name}, {Setting}, seed {Seed}";
}
