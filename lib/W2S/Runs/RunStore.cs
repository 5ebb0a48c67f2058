using W2S.Data;
using W2S.Torch;
using W2S.Training;

namespace W2S.Runs;

/// <summary>Finished runs in folders named by their hash: what is there is read, what is not is made, what was
/// interrupted goes on.</summary>
/// <remarks>
/// <c>FOLDER/KIND/HASH/</c> holds <c>result.json</c> with its predictions, <c>kept/</c> with the run's files, and,
/// until the run has ended, <c>work/</c> with its checkpoints. Several processes may share a folder, also on a common
/// file system: whoever takes a run's lock first makes it and the others wait for it. Committed results are read where
/// the folder has none.
/// </remarks>
public sealed class RunStore
{
    /// <summary>The environment variable that names another folder than <c>notebooks/runs/experiments</c>.</summary>
    public const string Variable = "W2S_RUNS";

    private const string ResultFile = "result.json";
    private readonly Lazy<IReadOnlyDictionary<string, RunResult>> committed;

    /// <summary>Opens a folder; it need not exist yet.</summary>
    /// <param name="folder">Where runs lie.</param>
    /// <param name="committed">A folder with <c>*.json</c> of <see cref="RunFile"/>, read where the first has no such
    /// run; null for none.</param>
    public RunStore(string folder, string? committed = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Folder = Path.GetFullPath(folder);
        this.committed = new(() => committed is null || !Directory.Exists(committed)
            ? new Dictionary<string, RunResult>()
            : Directory.EnumerateFiles(committed, "*.json").Order(StringComparer.Ordinal).SelectMany(RunFile.Read)
                .GroupBy(run => run.Hash).ToDictionary(runs => runs.Key, runs => runs.First()));
    }

    /// <summary>The folder that <c>W2S_RUNS</c> names, else <c>notebooks/runs/experiments</c>, with the committed
    /// results of <c>notebooks/results</c>.</summary>
    public static RunStore Default
    {
        get
        {
            var notebooks = Path.Combine(DataFolder.Repository ?? Directory.GetCurrentDirectory(), "notebooks");
            var named = Environment.GetEnvironmentVariable(Variable);
            return new(string.IsNullOrWhiteSpace(named) ? Path.Combine(notebooks, "runs", "experiments") : named,
                Path.Combine(notebooks, "results"));
        }
    }

    /// <summary>Where runs lie.</summary>
    public string Folder { get; }

    /// <summary>The committed results.</summary>
    /// <exception cref="RunException">A file of them is damaged.</exception>
    public IReadOnlyCollection<RunResult> Committed => [.. committed.Value.Values];

    /// <summary>A finished run.</summary>
    /// <param name="experiment">The run.</param>
    /// <returns>Null where it is neither in the folder nor committed.</returns>
    /// <exception cref="RunException">It is there and cannot be read.</exception>
    public RunResult? Find(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        var place = Place(experiment);
        return (File.Exists(Path.Combine(place, ResultFile)) ? Read(place)
            : committed.Value.GetValueOrDefault(experiment.Hash))?.As(experiment);
    }

    /// <summary>A run, with all that it needs: read where it is finished, else made.</summary>
    /// <param name="experiment">The run.</param>
    /// <param name="progress">Hears of trainings.</param>
    /// <param name="token">Stops the run under way; asked for again, it goes on from its last checkpoint.</param>
    /// <returns>The finished run.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="RunException">The folder cannot be written.</exception>
    public RunResult Get(Experiment experiment, IProgress<TrainingProgress>? progress = null,
        CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return Get(experiment, files: false, progress, token);
    }

    /// <summary>Every finished run of the folder; those that cannot be read are left out.</summary>
    /// <returns>In the order of kind and hash.</returns>
    public IReadOnlyList<RunResult> All() => !Directory.Exists(Folder) ? [] :
        [.. Directory.EnumerateFiles(Folder, ResultFile, SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => TryRead(Path.GetDirectoryName(file)!, out _)).OfType<RunResult>()];

    // Where files are wanted, a committed result does not serve, nor a run whose files were deleted.
    private RunResult Get(Experiment experiment, bool files, IProgress<TrainingProgress>? progress,
        CancellationToken token) =>
        (Whole(experiment, files) ?? Make(experiment, files, progress, token)).As(experiment);

    private RunResult Make(Experiment experiment, bool files, IProgress<TrainingProgress>? progress,
        CancellationToken token)
    {
        var needs =
            experiment.Needs.DistinctBy(need => need.Hash)
                .ToDictionary(need => need.Hash, need => Get(need, experiment.NeedsFiles, progress, token));
        var place = Place(experiment);
        using var hold = Lock(place, token);
        if (Whole(experiment, files) is { } made) return made; // by another process, meanwhile
        var (work, kept) = (Path.Combine(place, "work"), Path.Combine(place, "kept"));
        Write(place, () =>
        {
            Directory.CreateDirectory(work);
            Directory.CreateDirectory(kept);
        });
        RunOutcome outcome;
        double seconds;
        using (var time = new SpentTime(work))
        {
            outcome = experiment.Run(new RunContext(work, kept, progress, token, needs));
            seconds = time.Seconds;
        }
        token.ThrowIfCancellationRequested();
        RunFile.Write(Path.Combine(place, ResultFile), [new RunResult
        {
            Record = experiment.Record, Hash = experiment.Hash, Kind = experiment.Kind, Facets = experiment.Facets,
            TestPerTrain = experiment.TestPerTrain, Seed = experiment.Seed, Outcome = outcome, Seconds = seconds,
            Versions = $"{TorchRuntime.Versions}", Machine = RunMachine.Here, Ended = DateTime.UtcNow,
            Files = KeptFiles.SumsOf(kept), Inputs = Sums(needs.Values),
        }]);
        Write(place, () =>
        {
            Directory.Delete(work, recursive: true);
            if (!Directory.EnumerateFileSystemEntries(kept).Any()) Directory.Delete(kept);
        });
        return Read(place);
    }

    /// <summary>A finished run that can be read and stands on what is there; another is moved aside, so that it is made
    /// anew.</summary>
    private RunResult? Whole(Experiment experiment, bool files)
    {
        var place = Place(experiment);
        var elsewhere = files ? null : committed.Value.GetValueOrDefault(experiment.Hash);
        if (!File.Exists(Path.Combine(place, ResultFile))) return elsewhere;
        if (TryRead(place, out _) is { } result)
        {
            if (files && result.Kept is null) return elsewhere;
            if (StandsOn(result, experiment)) return result;
        }
        Write(place,
            () => File.Move(Path.Combine(place, ResultFile), Path.Combine(place, $"{ResultFile}.damaged"),
                overwrite: true));
        return elsewhere;
    }

    // A run whose teacher was made anew, on another machine perhaps, is another run where the teacher's weights are
    // others.
    private bool StandsOn(RunResult result, Experiment experiment)
    {
        if (result.Inputs.Count == 0) return true;
        var now = Sums(
            experiment.Needs.Select(Place).Where(place => File.Exists(Path.Combine(place, ResultFile)))
                .Select(place => TryRead(place, out _)).OfType<RunResult>());
        return result.Inputs.All(input => now.GetValueOrDefault(input.Key, input.Value) == input.Value);
    }

    private static SortedDictionary<string, string> Sums(IEnumerable<RunResult> needs) => new(
        needs.Where(need => need.Kept is not null).DistinctBy(need => need.Hash)
            .SelectMany(need => need.Files.Select(file => KeyValuePair.Create($"{need.Hash}/{file.Key}", file.Value)))
            .ToDictionary(),
        StringComparer.Ordinal);

    private string Place(Experiment experiment) => Path.Combine(Folder, experiment.Kind, experiment.Hash);

    private static RunResult Read(string place)
    {
        var kept = Path.Combine(place, "kept");
        return RunFile.Read(Path.Combine(place, ResultFile)).Single()
            with
        { Kept = Directory.Exists(kept) ? kept : null };
    }

    private static RunResult? TryRead(string place, out RunException? why)
    {
        try
        {
            why = null;
            return Read(place);
        }
        catch (RunException error)
        {
            why = error;
            return null;
        }
    }

    // Held by an open handle, so that the lock of a process that died is free at once.
    private static FileStream Lock(string place, CancellationToken token)
    {
        Write(place, () => Directory.CreateDirectory(place));
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(place, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite,
                    FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (Directory.Exists(place))
            {
                if (token.WaitHandle.WaitOne(200)) token.ThrowIfCancellationRequested();
            }
            catch (UnauthorizedAccessException error)
            {
                throw CannotWrite(place, error);
            }
        }
    }

    private static void Write(string place, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException and not RunException)
        {
            throw CannotWrite(place, error);
        }
    }

    private static RunException CannotWrite(string place, Exception error) => new(
        $"the run's folder {place} cannot be written ({error.Message}); make room, or name another folder in "
        + $"{Variable}: finished runs are intact", error);
}
