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

    /// <summary>What the run is, in types.</summary>
    public required RunFacets Facets { get; init; }

    /// <summary>Test images for each training image: see <see cref="Experiment.TestPerTrain"/>.</summary>
    public required double TestPerTrain { get; init; }

    /// <summary>The method's name.</summary>
    public string Name => Facets.Method;

    /// <summary>The name of what methods are compared within.</summary>
    public string Setting => Facets.Setting;

    /// <summary>The seed or split.</summary>
    public required long Seed { get; init; }

    /// <summary>What was measured.</summary>
    public required RunOutcome Outcome { get; init; }

    /// <summary>How long the run took, all its parts together when it was interrupted.</summary>
    public required double Seconds { get; init; }

    /// <summary>Versions of library, TorchSharp, libtorch and .NET, and the device.</summary>
    public required string Versions { get; init; }

    /// <summary>What it was computed on; null where that was not recorded.</summary>
    internal RunMachine? Machine { get; init; }

    /// <summary>The SHA-256 of each file that the run kept, by its name; a committed result has the sums without the
    /// files.</summary>
    /// <value>None.</value>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>The SHA-256 of each file that the runs before it had kept for it, by <c>HASH/NAME</c>, for instance of
    /// its teacher's weights.</summary>
    /// <value>None.</value>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();

    /// <summary>When it ended, UTC.</summary>
    public required DateTime Ended { get; init; }

    /// <summary>The folder of files that the run kept; null for a committed result, which has none.</summary>
    public string? Kept { get; init; }

    /// <summary>The same result as an experiment asks for it: facets name a run and decide no number, so that those of
    /// the asker hold.</summary>
    internal RunResult As(Experiment experiment) => this with
    {
        Facets = experiment.Facets,
        TestPerTrain = experiment.TestPerTrain,
        Outcome = Outcome with
        { Arms = [.. experiment.Arms.Zip(Outcome.Arms, (facets, arm) => arm with { Facets = facets })] },
    };

    /// <summary>What is left of the record without some properties, wherever in it they stand: equal for runs that
    /// differ in nothing else.</summary>
    /// <param name="properties">Names of properties, for instance <c>Seed</c>.</param>
    /// <returns>A hash.</returns>
    public string HashWithout(params string[] properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        return Experiment.HashOf((JsonObject)Left(Record)!);

        JsonNode? Left(JsonNode? node) => node switch
        {
            JsonObject all => new JsonObject(all.Where(property => !properties.Contains(property.Key)).Select(
                property => KeyValuePair.Create(property.Key, Left(property.Value)))),
            JsonArray list => new JsonArray([.. list.Select(Left)]),
            _ => node?.DeepClone(),
        };
    }

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

    /// <summary>The path of a file that the run kept, once its bytes are found to be those that it kept.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The path.</returns>
    /// <exception cref="FileNotFoundException">It is not there: the result is a committed one, or the file was
    /// deleted.</exception>
    /// <exception cref="RunException">Its bytes have changed since; the message names the file and the
    /// cure.</exception>
    public string File(string name)
    {
        var path = Kept is null ? null : Path.Combine(Kept, name);
        if (!System.IO.File.Exists(path))
        {
            throw new FileNotFoundException(
                $"{Name}, {Setting}, seed {Seed} has no {name} here; delete its result ({Hash}) to run it anew",
                path ?? name);
        }
        var sum = KeptFiles.Sum(path);
        return Files.GetValueOrDefault(name) == sum ? path : throw new RunException(
            $"{path} is not what {Name}, {Setting}, seed {Seed} kept: its SHA-256 is {sum[..16]}… and the result "
            + $"names {Files.GetValueOrDefault(name)?[..16] ?? "none"}…; "
            + $"delete the folder {Path.GetDirectoryName(Path.GetFullPath(Kept!))} and the run is made anew");
    }
}
