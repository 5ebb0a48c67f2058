namespace W2S.Training;

/// <summary>What a training on few-shot tasks left.</summary>
public sealed record EpisodicResult
{
    /// <summary>A point for every epoch.</summary>
    public required IReadOnlyList<TrainingProgress> History { get; init; }

    /// <summary>The scale of the cosines that belongs to the weights left: hand it to
    /// <see cref="EpisodicTeacher"/>.</summary>
    public required double Scale { get; init; }

    /// <summary>The best accuracy on the validation classes, 0 … 1; null where none were given.</summary>
    public double? BestAccuracy { get; init; }

    /// <summary>The update after which it was measured.</summary>
    public long? BestStep { get; init; }

    /// <summary>Whether the run was stopped by its token.</summary>
    public bool Cancelled { get; init; }

    /// <summary>The update from which this call went on; 0 for a run from its beginning.</summary>
    public long ResumedFrom { get; init; }

    /// <summary>What else there is to say, for instance that a damaged checkpoint was passed over.</summary>
    public IReadOnlyList<string> Messages { get; init; } = [];
}
