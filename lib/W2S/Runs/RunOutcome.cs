using W2S.Training;

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
public sealed record RunPoint(double Epoch, IReadOnlyDictionary<string, double> Values)
{
    /// <summary>A moment of a training: its losses, its losses' diagnostics, agreement and accuracies.</summary>
    /// <param name="at">The moment.</param>
    /// <param name="accuracies">What the accuracy on each set is called.</param>
    internal static RunPoint Of(TrainingProgress at, params (string Set, string Name)[] accuracies)
    {
        var values = at.Losses.ToDictionary(loss => $"loss {loss.Key}", loss => loss.Value);
        foreach (var (name, mean) in at.Diagnostics) values[name] = mean;
        foreach (var (set, name) in accuracies)
            if (at.Accuracies.TryGetValue(set, out var accuracy)) values[name] = accuracy;
        if (at.Agreement is { } agreement) values["agreement"] = agreement;
        return new RunPoint(at.Epoch, values);
    }
}

/// <summary>One of several things that a run measures at once, for instance a probe of a split.</summary>
/// <param name="Facets">What it is.</param>
/// <param name="Values">Its final numbers by name.</param>
public sealed record RunArm(RunFacets Facets, IReadOnlyDictionary<string, double> Values);
