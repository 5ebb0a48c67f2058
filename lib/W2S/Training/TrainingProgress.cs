namespace W2S.Training;

/// <summary>Where a run stands and what it measured; the same record is one point of the run's history.</summary>
public sealed record TrainingProgress
{
    /// <summary>Updates made so far.</summary>
    public required long Step { get; init; }

    /// <summary>Updates of the whole run.</summary>
    public required long Steps { get; init; }

    /// <summary>Passes over the images so far, fractions allowed.</summary>
    public required double Epoch { get; init; }

    /// <summary>Passes of the whole run.</summary>
    public required double Epochs { get; init; }

    /// <summary>The learning rate of the latest step, before scales of single layers.</summary>
    public double LearningRate { get; init; }

    /// <summary><c>total</c> and the parts of the loss by name: means over the steps since the report before.</summary>
    public IReadOnlyDictionary<string, double> Losses { get; init; } = Empty;

    /// <summary>Top-1 accuracies, 0 … 1: <c>train</c> since the report before where labels are known, <c>validation</c>
    /// where this report follows an evaluation, other names for further sets.</summary>
    public IReadOnlyDictionary<string, double> Accuracies { get; init; } = Empty;

    /// <summary>Means of what the loss reports beside its value, by name, for instance <c>beta</c>, on the latest
    /// batch.</summary>
    public IReadOnlyDictionary<string, double> Diagnostics { get; init; } = Empty;

    /// <summary>Mean β of the latest batch, the trust in the student's own label; null where the loss has
    /// none.</summary>
    public double? Beta => Diagnostics.TryGetValue("beta", out var value) ? value : null;

    /// <summary>How often student and teacher name the same class in the latest batch, 0 … 1; null without a
    /// teacher.</summary>
    public double? Agreement { get; init; }

    /// <summary>Images a second since the report before, evaluation and checkpoints not counted.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>Time since the run was started or resumed.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Expected time to the end at the present speed.</summary>
    public TimeSpan Left { get; init; }

    /// <summary>What else there is to say, for instance that a damaged checkpoint was passed over; null for
    /// nothing.</summary>
    public string? Message { get; init; }

    internal static IReadOnlyDictionary<string, double> Empty { get; } = new Dictionary<string, double>();
}
