using System.Text.Json;
using W2S.Torch;

namespace W2S.Runs;

/// <summary>A named list of runs that any number of processes make, <see cref="Grid.Work"/> in each, and where each run
/// stands.</summary>
/// <remarks>The store keeps the list in <c>sweeps/NAME.json</c>, so that it can be looked at without the code that made
/// it.</remarks>
internal sealed class Sweep
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly RunStore store;

    private Sweep(string name, IReadOnlyList<SweepRun> runs, RunStore store) =>
        (Name, Runs, this.store) = (name, runs, store);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The runs, each after those that it needs, as they stood when this was read.</summary>
    public IReadOnlyList<SweepRun> Runs { get; }

    /// <summary>Has a store keep a list of runs.</summary>
    /// <param name="name">Its name; a list of that name is replaced.</param>
    /// <param name="experiments">The runs; what they need belongs to them.</param>
    /// <param name="store">Where the runs lie.</param>
    /// <returns>The list as it stands.</returns>
    /// <exception cref="RunException">The store cannot be written.</exception>
    public static Sweep Keep(string name, IReadOnlyList<Experiment> experiments, RunStore store)
    {
        var runs = Grid.Order(experiments).Select(SweepRun.Of).ToArray();
        RunStore.Write(PathOf(name, store),
            () => DurableFile.Write(PathOf(name, store), stream => JsonSerializer.Serialize(stream, runs, Json)));
        return Look(name, runs, store);
    }

    /// <summary>Reads a list that a store keeps.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="store">The store.</param>
    /// <returns>The list as it stands.</returns>
    /// <exception cref="RunException">There is none of that name, or it cannot be read.</exception>
    public static Sweep Read(string name, RunStore store)
    {
        var path = PathOf(name, store);
        if (!File.Exists(path))
            throw new RunException($"{store.Folder} knows no sweep '{name}'; list it once, which compiles its plan");
        try
        {
            using var stream = File.OpenRead(path);
            return Look(name, JsonSerializer.Deserialize<SweepRun[]>(stream, Json) ?? [], store);
        }
        catch (Exception error) when (error is JsonException or UnauthorizedAccessException
            or IOException and not RunException)
        {
            throw new RunException($"{path} cannot be read ({error.Message}); list the sweep again", error);
        }
    }

    /// <summary>Asks for failed runs again.</summary>
    /// <param name="runs">Those to ask for; others than failed ones are left alone.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="RunException">The store cannot be written.</exception>
    public int Retry(IEnumerable<SweepRun> runs) =>
        runs.Count(run => run.State == RunState.Failed && store.Retry(run.Kind, run.Hash));

    /// <summary>Writes the finished runs in the form in which results are committed.</summary>
    /// <param name="path">As for <see cref="RunFile.Write"/>; replaced where it is there.</param>
    /// <param name="unfinished">A folder that takes what the others need to go on elsewhere, as a store of its own:
    /// their checkpoints, and finished runs whose files they read. Null for none.</param>
    /// <returns>How many runs were written.</returns>
    /// <exception cref="RunException">A file cannot be read or written.</exception>
    public int Collect(string path, string? unfinished = null)
    {
        RunResult[] finished = [.. Runs.Where(run => run.State == RunState.Finished)
            .Select(run => store.Find(run.Kind, run.Hash)).OfType<RunResult>()];
        RunFile.Write(path, finished);
        if (unfinished is null) return finished.Length;
        var open = Runs.Where(run => run.State != RunState.Finished).ToArray();
        var read = open.Where(run => run.NeedsFiles).SelectMany(run => run.Needs).ToHashSet();
        var copy = new RunStore(unfinished);
        RunStore.Write(unfinished, () =>
        {
            foreach (var run in open) store.CopyTo(copy, run.Kind, run.Hash + RunStore.UnfinishedEnding);
            foreach (var run in Runs.Where(run => read.Contains(run.Hash))) store.CopyTo(copy, run.Kind, run.Hash);
        });
        return finished.Length;
    }

    private static string PathOf(string name, RunStore store) => Path.Combine(store.Folder, "sweeps", $"{name}.json");

    private static Sweep Look(string name, IReadOnlyList<SweepRun> runs, RunStore store)
    {
        var seen = new Dictionary<string, SweepRun>();
        foreach (var run in runs)
            seen[run.Hash] = store.Look(run, [.. run.Needs.Select(need => seen[need])]);
        var lengths = new RunLengths(seen.Values.Where(run => run.State == RunState.Finished));
        return new Sweep(name, [.. runs.Select(run => seen[run.Hash] with { Expected = lengths.Of(run) })], store);
    }
}
