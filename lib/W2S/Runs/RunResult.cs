using System.Text.Json.Nodes;

namespace W2S.Runs;

/// <summary>A finished run.</summary>
public sealed record RunResult
{
    /// <summary>The experiment's record as JSON.</summary>
    public required JsonObject Record { get; init; }

    /// <summary>The hash of the experiment.</summary>
    public required string Hash { get; init; }

    /// <summary>The kind of experiment.</summary>
    public required string Kind { get; init; }

    /// <summary>The method.</summary>
    public required string Name { get; init; }

    /// <summary>What methods are compared within.</summary>
    public required string Setting { get; init; }

    /// <summary>The seed or split.</summary>
    public required long Seed { get; init; }

    /// <summary>What was measured.</summary>
    public required RunOutcome Outcome { get; init; }

    /// <summary>How long the run took, all its parts together when it was interrupted.</summary>
    public required double Seconds { get; init; }

    /// <summary>Versions of library, TorchSharp, libtorch and .NET, and the device.</summary>
    public required string Versions { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public required DateTime Ended { get; init; }

    /// <summary>The folder of files that the run kept; null for a committed result, which has none.</summary>
    public string? Kept { get; init; }

    /// <summary>A final number.</summary>
    /// <param name="value">Its name.</param>
    /// <returns>The number.</returns>
    /// <exception cref="ArgumentException">The run has no such number; the message lists those it has.</exception>
    public double this[string value] => Outcome.Values.TryGetValue(value, out var number)
        ? number
        : throw new ArgumentException(
            $"{Name}, {Setting} has no '{value}'; it has {string.Join(", ", Outcome.Values.Keys)}", nameof(value));

    /// <summary>What the run says of each image of a set.</summary>
    /// <param name="set">For instance <c>test</c>.</param>
    /// <returns>The predictions.</returns>
    /// <exception cref="ArgumentException">The run has none for that set.</exception>
    public SamplePredictions Predictions(string set) => Outcome.Predictions.TryGetValue(set, out var predictions)
        ? predictions
        : throw new ArgumentException(
            $"{Name}, {Setting} has no predictions for '{set}'; it has them for "
            + $"{string.Join(", ", Outcome.Predictions.Keys)}", nameof(set));

    /// <summary>The path of a file that the run kept.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The path.</returns>
    /// <exception cref="FileNotFoundException">It is not there: the result is a committed one, or the file was
    /// deleted.</exception>
    public string File(string name)
    {
        var path = Kept is null ? null : Path.Combine(Kept, name);
        return System.IO.File.Exists(path) ? path : throw new FileNotFoundException(
            $"{Name}, {Setting}, seed {Seed} has no {name} here; delete its result ({Hash}) to run it anew",
            path ?? name);
    }
}
