namespace W2S.Runs;

/// <summary>What a run measured.</summary>
public sealed record RunOutcome
{
    /// <summary>The final numbers by name, for instance <c>test accuracy</c>, 0 … 1.</summary>
    public required IReadOnlyDictionary<string, double> Values { get; init; }

    /// <summary>Measurements along the way, usually one for each epoch.</summary>
    public IReadOnlyList<RunPoint> History { get; init; } = [];

    /// <summary>What the run says of each image, by the name of the set, for instance <c>test</c>.</summary>
    public IReadOnlyDictionary<string, SamplePredictions> Predictions { get; init; } =
        new Dictionary<string, SamplePredictions>();

    /// <summary>The accuracy of each few-shot task, 0 … 1, by the name of the value that is their mean, for instance
    /// <c>5-shot</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<float>> Tasks { get; init; } =
        new Dictionary<string, IReadOnlyList<float>>();

    /// <summary>What each arm of the run measured, in the order of <see cref="Experiment.Arms"/>.</summary>
    public IReadOnlyList<RunArm> Arms { get; init; } = [];
}

/// <summary>Measurements at one moment of a run.</summary>
/// <param name="Epoch">Passes over the training images so far.</param>
/// <param name="Values">Numbers by name.</param>
public sealed record RunPoint(double Epoch, IReadOnlyDictionary<string, double> Values);
