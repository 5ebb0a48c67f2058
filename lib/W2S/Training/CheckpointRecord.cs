using System.Text.Json.Serialization;
using TorchSharp;

namespace W2S.Training;

/// <summary>What a checkpoint says in words and numbers: which run it belongs to, where it stood, and its
/// files.</summary>
internal sealed record CheckpointRecord
{
    /// <summary>Of the format.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>What decides about the run's numbers, by topic; a run with other texts is another run.</summary>
    public required Dictionary<string, string> Identity { get; init; }

    public required long Step { get; init; }

    public required long OptimizerSteps { get; init; }

    public required int Threads { get; init; }

    /// <summary>What to say where the run goes on with another number of threads; null where it does not.</summary>
    [JsonIgnore]
    public string? ThreadsDiffer => Threads == torch.get_num_threads()
        ? null
        : $"the run was begun with {Threads} threads and goes on with {torch.get_num_threads()}: results agree, but "
            + "not bit for bit";

    public required List<TrainingProgress> History { get; init; }

    public double? BestAccuracy { get; init; }

    public long? BestStep { get; init; }

    /// <summary>Evaluations since the best.</summary>
    public int Waited { get; init; }

    /// <summary>Evaluations at which the student was ahead of its teacher.</summary>
    public int TeacherBeaten { get; init; }

    public double? TeacherAccuracy { get; init; }

    public bool StoppedEarly { get; init; }

    /// <summary>Whether the evaluation after this step was stopped and is to be made first.</summary>
    public bool EvaluationDue { get; init; }

    /// <summary>Names and counts of what has been added up since the last report.</summary>
    public string[] MeterNames { get; init; } = [];

    public long MeterSteps { get; init; }

    /// <summary>SHA-256 of each file beside this one.</summary>
    public Dictionary<string, string> Files { get; init; } = [];
}
