namespace W2S.Training;

/// <summary>What a run left: its history, how it ended, and its best moment.</summary>
public sealed record TrainingResult
{
    /// <summary>A point for every report.</summary>
    public required IReadOnlyList<TrainingProgress> History { get; init; }

    /// <summary>Updates made.</summary>
    public required long Steps { get; init; }

    /// <summary>Whether the run was stopped by its token; what it had done is in <see cref="History"/> and, with a
    /// folder, in a checkpoint.</summary>
    public bool Cancelled { get; init; }

    /// <summary>Whether it ended early because the validation did not improve.</summary>
    public bool StoppedEarly { get; init; }

    /// <summary>The best validation accuracy, 0 … 1; null where nothing was evaluated.</summary>
    public double? BestAccuracy { get; init; }

    /// <summary>The step after which it was measured.</summary>
    public long? BestStep { get; init; }

    /// <summary>The report of the best validation; null where nothing was evaluated.</summary>
    public TrainingProgress? Best => History.FirstOrDefault(point => point.Step == BestStep);

    /// <summary>The step from which this call went on; 0 for a run from its beginning.</summary>
    public long ResumedFrom { get; init; }

    /// <summary>What else there is to say, for instance that a damaged checkpoint was passed over.</summary>
    public IReadOnlyList<string> Messages { get; init; } = [];

    /// <summary>The latest accuracy of the given name, for instance <c>validation</c>; null where there is
    /// none.</summary>
    /// <param name="name">The name in <see cref="TrainingProgress.Accuracies"/>.</param>
    /// <returns>0 … 1, or null.</returns>
    public double? LastAccuracy(string name = "validation") =>
        History.LastOrDefault(point => point.Accuracies.ContainsKey(name))?.Accuracies[name];
}
