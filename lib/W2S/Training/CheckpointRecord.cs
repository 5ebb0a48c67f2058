namespace W2S.Training;

/// <summary>Where a run stands, in words and numbers; in a checkpoint also which files are beside it.</summary>
internal sealed record CheckpointRecord
{
    /// <summary>Of the format.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>What decides about the run's numbers, by topic; a run with other texts is another run.</summary>
    public required Dictionary<string, string> Identity { get; init; }

    /// <summary>Updates made so far.</summary>
    public required long Step { get; set; }

    public required int Threads { get; set; }

    public required List<TrainingProgress> History { get; init; }

    public double? BestAccuracy { get; set; }

    public long? BestStep { get; set; }

    /// <summary>Evaluations since the best.</summary>
    public int Waited { get; set; }

    /// <summary>Evaluations at which the student was ahead of its teacher.</summary>
    public int TeacherBeaten { get; set; }

    public double? TeacherAccuracy { get; set; }

    public bool StoppedEarly { get; set; }

    /// <summary>Whether the evaluation after this step was stopped and is to be made first.</summary>
    public bool EvaluationDue { get; set; }

    /// <summary>Names and counts of what has been added up since the last report.</summary>
    public string[] MeterNames { get; set; } = [];

    public long MeterSteps { get; set; }

    /// <summary>SHA-256 of each file beside this one.</summary>
    public Dictionary<string, string> Files { get; init; } = [];
}
