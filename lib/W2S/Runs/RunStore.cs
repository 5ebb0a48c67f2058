using System.Globalization;
using W2S.Data;
using W2S.Torch;
using W2S.Training;

namespace W2S.Runs;

/// <summary>Finished runs in folders named by their hash: what is there is read, what is not is made, what was
/// interrupted goes on.</summary>
/// <remarks>
/// <c>FOLDER/KIND/HASH/</c> is a finished run, <c>result.json</c> with its predictions and <c>kept/</c> with the run's
/// files: it appears whole, by one renaming, and the first that appears stays. What lies before that is in
/// <c>FOLDER/KIND/HASH.unfinished/</c>: checkpoints, claims, failures. Any number of processes may share a folder, also
/// on a common file system: a run that one has claimed is left to it. Where a claim is wrongly taken to be over (see
/// <see cref="ClaimState"/>), the run is made twice and its result is right all the same. Committed results are read
/// where the folder has none.
/// </remarks>
public sealed class RunStore
{
    /// <summary>The environment variable that names another folder than <c>notebooks/runs/experiments</c>.</summary>
    public const string Variable = "W2S_RUNS";

    private const string ResultFile = "result.json", KeptFolder = "kept", WorkFolder = "work.";

    /// <summary>What the name of a run's folder for unfinished work has after the hash.</summary>
    internal const string UnfinishedEnding = ".unfinished";

    // A run that ends its process each time, for want of memory perhaps, is not taken for ever.
    private const int MostLost = 5;

    private static Usual? usual;

    private readonly Lazy<IReadOnlyDictionary<string, RunResult>> committed;
    private readonly Lazy<IReadOnlyDictionary<string, double>> committedSeconds;

    /// <summary>Opens a folder; it need not exist yet.</summary>
    /// <param name="folder">Where runs lie.</param>
    /// <param name="committed">A folder with <c>*.json</c> of <see cref="RunFile"/>, read where the first has no such
    /// run; null for none.</param>
    public RunStore(string folder, string? committed = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Folder = Path.GetFullPath(folder);
        var files = CommittedFiles(committed);
        this.committed = new(() => files.SelectMany(RunFile.Read).DistinctBy(run => run.Hash)
            .ToDictionary(run => run.Hash));
        committedSeconds = new(() => files.SelectMany(RunFile.Seconds).DistinctBy(run => run.Key).ToDictionary());
    }

    /// <summary>The folder that <c>W2S_RUNS</c> names, else <c>notebooks/runs/experiments</c>, with the committed
    /// results of <c>notebooks/results</c>.</summary>
    /// <value>The same store until one of these changes, so that committed results are read once.</value>
    public static RunStore Default
    {
        get
        {
            var notebooks = Path.Combine(DataFolder.Repository ?? Directory.GetCurrentDirectory(), "notebooks");
            var named = Environment.GetEnvironmentVariable(Variable);
            var (folder, results) = (string.IsNullOrWhiteSpace(named)
                ? Path.Combine(notebooks, "runs", "experiments") : named, Path.Combine(notebooks, "results"));
            var state = string.Join('\n', CommittedFiles(results).Select(
                path => $"{path} {File.GetLastWriteTimeUtc(path).Ticks}").Prepend(Path.GetFullPath(folder)));
            if (usual is not { } kept || kept.State != state) usual = kept = new(state, new(folder, results));
            return kept.Store;
        }
    }

    private sealed record Usual(string State, RunStore Store);

    private static string[] CommittedFiles(string? folder) => !Directory.Exists(folder) ? []
        : [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal)];

    /// <summary>Where runs lie.</summary>
    public string Folder { get; }

    /// <summary>The committed results.</summary>
    /// <exception cref="RunException">A file of them is damaged.</exception>
    public RunSet Committed => new(committed.Value.Values);

    /// <summary>A finished run.</summary>
    /// <param name="experiment">The run.</param>
    /// <returns>Null where it is neither in the folder nor committed.</returns>
    /// <exception cref="RunException">It is there and cannot be read.</exception>
    public RunResult? Find(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return Find(experiment.Kind, experiment.Hash)?.As(experiment);
    }

    internal RunResult? Find(string kind, string hash)
    {
        var place = Place(kind, hash);
        return File.Exists(Path.Combine(place, ResultFile)) ? Read(place) : committed.Value.GetValueOrDefault(hash);
    }

    /// <summary>A run, with all that it needs: read where it is finished, else made; what another process is making is
    /// waited for.</summary>
    /// <param name="experiment">The run.</param>
    /// <param name="progress">Hears of trainings.</param>
    /// <param name="token">Stops the run under way; asked for again, it goes on from its last checkpoint.</param>
    /// <returns>The finished run.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="RunException">The folder cannot be written, or another process saw the run fail.</exception>
    public RunResult Get(Experiment experiment, IProgress<TrainingProgress>? progress = null,
        CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        while (true)
        {
            if (Whole(experiment, files: false) is { } result) return result.As(experiment);
            new GridWork([experiment], this, Tell).Run(token);
        }

        void Tell(Experiment current, TrainingProgress? training)
        {
            if (training is not null) progress?.Report(training);
        }
    }

    /// <summary>Every finished run of the folder; those that cannot be read are left out.</summary>
    /// <returns>In the order of kind and hash.</returns>
    public RunSet All() => new(!Directory.Exists(Folder) ? [] :
        Directory.EnumerateFiles(Folder, ResultFile, SearchOption.AllDirectories)
            .Where(file => !file.Contains(UnfinishedEnding, StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(file => TryRead(Path.GetDirectoryName(file)!)).OfType<RunResult>());

    /// <summary>Why a run failed; null where it has not since it was last asked for.</summary>
    internal RunFailure? Failure(Experiment experiment) => RunFailure.Last(Unfinished(experiment));

    /// <summary>Asks for a failed run again.</summary>
    /// <returns>Whether it had failed.</returns>
    internal bool Retry(string kind, string hash)
    {
        var place = Place(kind, hash) + UnfinishedEnding;
        return Write(place, () => RunFailure.Forget(place));
    }

    /// <summary>The time that a finished run took; null where it is not finished.</summary>
    internal double? Seconds(string kind, string hash)
    {
        var result = Path.Combine(Place(kind, hash), ResultFile);
        if (File.Exists(result)) return RunFile.Seconds(result).GetValueOrDefault(hash);
        return committedSeconds.Value.TryGetValue(hash, out var seconds) ? seconds : null;
    }

    /// <summary>Where a run stands.</summary>
    /// <param name="run">The run.</param>
    /// <param name="needs">What it needs, as it stands.</param>
    internal SweepRun Look(SweepRun run, IReadOnlyList<SweepRun> needs)
    {
        if (Seconds(run.Kind, run.Hash) is { } took) return run.FinishedAfter(took);
        var place = Place(run.Kind, run.Hash) + UnfinishedEnding;
        var (claim, failure) = (ClaimState.Last(place), RunFailure.Last(place));
        return run with
        {
            State = failure is not null ? RunState.Failed
                : claim is { IsHeld: true } ? RunState.UnderWay
                : needs.Any(need => need.State is RunState.Failed or RunState.Blocked) ? RunState.Blocked
                : needs.Any(need => need.State is not RunState.Finished) ? RunState.Waiting
                : RunState.Ready,
            Seconds = claim?.Seconds ?? 0,
            Holder = claim?.Holder is { } holder ? $"{holder.Machine}, process {holder.Process}" : null,
            Failure = failure,
        };
    }

    /// <summary>Copies a run's folder to another store.</summary>
    internal void CopyTo(RunStore other, string kind, string name)
    {
        var (from, to) = (Path.Combine(Folder, kind, name), Path.Combine(other.Folder, kind, name));
        if (!Directory.Exists(from)) return;
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories)
            .Where(file => !file.Contains(DurableFile.Temporary, StringComparison.Ordinal)))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }
    }

    /// <summary>Whether a run is finished, by the names of its files alone.</summary>
    /// <param name="experiment">The run.</param>
    /// <param name="files">Whether the files that it kept are wanted: a committed result does not serve then, nor one
    /// whose files were deleted.</param>
    internal bool IsFinished(Experiment experiment, bool files)
    {
        var place = Place(experiment);
        return File.Exists(Path.Combine(place, ResultFile))
            ? !files || Directory.Exists(Path.Combine(place, KeptFolder)) || Whole(experiment, files) is not null
            : !files && committedSeconds.Value.ContainsKey(experiment.Hash);
    }

    /// <summary>Takes a run that is to be made.</summary>
    /// <returns>Null where another process has it, or has just finished it.</returns>
    /// <exception cref="RunException">The folder cannot be written.</exception>
    internal Claim? TryTake(Experiment experiment, bool files)
    {
        var place = Unfinished(experiment);
        var claim = Write(place, () => Claim.TryTake(place, Progress(place)));
        if (claim is null || !IsFinished(experiment, files)) return claim;
        claim.Dispose();
        TryDelete(place);
        return null;
    }

    /// <summary>Makes a run whose needs are finished.</summary>
    /// <param name="experiment">The run.</param>
    /// <param name="claim">The right to make it; given back in the end.</param>
    /// <param name="files">As for <see cref="IsFinished"/>.</param>
    /// <param name="progress">Hears of its training.</param>
    /// <param name="token">Stops it.</param>
    /// <returns>Null where another process has overtaken this one, or what it needs turned out to be damaged.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="RunException">The folder cannot be written.</exception>
    /// <remarks>Any other exception is the run's own failure, and is noted.</remarks>
    internal RunResult? Make(Experiment experiment, Claim claim, bool files, IProgress<TrainingProgress>? progress,
        CancellationToken token)
    {
        var place = Unfinished(experiment);
        using (claim)
        {
            try
            {
                var needs = new Dictionary<string, RunResult>();
                foreach (var need in experiment.Needs)
                {
                    if (Whole(need, experiment.NeedsFiles) is not { } whole) return null;
                    needs[need.Hash] = whole.As(need);
                }
                if (claim.Holder.Lost >= MostLost)
                    throw new InvalidOperationException(
                        $"{MostLost} processes in a row ended while they made this run and came no further, the last "
                        + $"without a word; is there memory enough?");
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(token, claim.Overtaken);
                if (!Publish(experiment, claim, files, Compute(experiment, claim, needs, progress, stop.Token)))
                    return null;
            }
            catch (Exception) when (claim.IsOvertaken())
            {
                token.ThrowIfCancellationRequested();
                return null; // whatever went wrong, its folder is another's
            }
            catch (Exception error) when (error is not OperationCanceledException || !token.IsCancellationRequested)
            {
                Write(place, () => RunFailure.Note(place, error));
                throw;
            }
        }
        TryDelete(place);
        return Read(Place(experiment)).As(experiment);
    }

    // What lies in the result's folder at the end is the result: nobody else writes there.
    private string Compute(Experiment experiment, Claim claim, IReadOnlyDictionary<string, RunResult> needs,
        IProgress<TrainingProgress>? progress, CancellationToken token)
    {
        var place = Unfinished(experiment);
        var (work, made) =
            (Path.Combine(place, $"{WorkFolder}{claim.Number}"), Path.Combine(place, $"made.{claim.Number}"));
        var kept = Path.Combine(made, KeptFolder);
        Write(place, () =>
        {
            // A holder that was overtaken finds its folder gone.
            if (WorkBefore(place, claim.Number) is { } earlier) Directory.Move(earlier, work);
            Directory.CreateDirectory(work);
            Directory.CreateDirectory(kept);
        });
        var outcome = experiment.Run(new RunContext(work, kept, progress, token, needs));
        token.ThrowIfCancellationRequested();
        RunFile.Write(Path.Combine(made, ResultFile), [new RunResult
        {
            Record = experiment.Record, Hash = experiment.Hash, Kind = experiment.Kind, Facets = experiment.Facets,
            TestPerTrain = experiment.TestPerTrain, Seed = experiment.Seed, Outcome = outcome, Seconds = claim.Seconds,
            Versions = $"{TorchRuntime.Versions}", Machine = RunMachine.Here, Ended = DateTime.UtcNow,
            Files = KeptFiles.SumsOf(kept), Inputs = Sums(needs.Values),
        }]);
        Write(kept, () =>
        {
            if (!Directory.EnumerateFileSystemEntries(kept).Any()) Directory.Delete(kept);
        });
        return made;
    }

    private bool Publish(Experiment experiment, Claim claim, bool files, string made)
    {
        var place = Place(experiment);
        while (!claim.IsOvertaken())
        {
            try
            {
                DurableFile.MoveFolder(made, place);
                return true;
            }
            catch (IOException) when (Directory.Exists(place))
            {
                if (Usable(experiment, files) is not null) return true; // another's was there before
                SetAside(experiment);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException
                && !claim.IsOvertaken())
            {
                throw CannotWrite(place, error);
            }
        }
        return false;
    }

    /// <summary>A finished run that can be read and stands on what is there; another is moved aside, so that it is made
    /// anew.</summary>
    private RunResult? Whole(Experiment experiment, bool files)
    {
        if (Usable(experiment, files) is { } result) return result;
        if (File.Exists(Path.Combine(Place(experiment), ResultFile)))
        {
            // Under the claim, so that it is not what another has just made.
            using var claim = Write(Unfinished(experiment), () => Claim.TryTake(Unfinished(experiment)));
            if (claim is not null && Usable(experiment, files) is null) SetAside(experiment);
        }
        return files ? null : committed.Value.GetValueOrDefault(experiment.Hash);
    }

    private RunResult? Usable(Experiment experiment, bool files) =>
        File.Exists(Path.Combine(Place(experiment), ResultFile)) && TryRead(Place(experiment)) is { } result
            && (!files || result.Kept is not null || result.Files.Count == 0) && StandsOn(result, experiment)
            ? result : null;

    private void SetAside(Experiment experiment) => Write(Unfinished(experiment), () =>
    {
        if (Directory.Exists(Place(experiment)))
            Directory.Move(Place(experiment),
                Path.Combine(Unfinished(experiment), $"damaged.{Guid.NewGuid():n}"));
    });

    // A run whose teacher was made anew, on another machine perhaps, is another run where the teacher's weights are
    // others.
    private bool StandsOn(RunResult result, Experiment experiment)
    {
        if (result.Inputs.Count == 0) return true;
        var now = Sums(
            experiment.Needs.Select(Place).Where(place => File.Exists(Path.Combine(place, ResultFile)))
                .Select(TryRead).OfType<RunResult>());
        return result.Inputs.All(input => now.GetValueOrDefault(input.Key, input.Value) == input.Value);
    }

    private static SortedDictionary<string, string> Sums(IEnumerable<RunResult> needs) => new(
        needs.Where(need => need.Kept is not null).DistinctBy(need => need.Hash)
            .SelectMany(need => need.Files.Select(file => KeyValuePair.Create($"{need.Hash}/{file.Key}", file.Value)))
            .ToDictionary(),
        StringComparer.Ordinal);

    private string Place(string kind, string hash) => Path.Combine(Folder, kind, hash);

    private string Place(Experiment experiment) => Place(experiment.Kind, experiment.Hash);

    private string Unfinished(Experiment experiment) => Place(experiment) + UnfinishedEnding;

    private static string? WorkBefore(string place, int number) => !Directory.Exists(place) ? null :
        Directory.EnumerateDirectories(place, $"{WorkFolder}*")
            .Select(path => (Path: path, Number: int.Parse(Path.GetExtension(path)[1..], CultureInfo.InvariantCulture)))
            .Where(work => work.Number < number).OrderBy(work => work.Number).LastOrDefault().Path;

    // The last of the files by name: checkpoints are numbered.
    private static string Progress(string place) => WorkBefore(place, int.MaxValue) is not { } work ? "" :
        Directory.EnumerateFiles(work, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(work, path))
            .Where(path => !path.Contains(DurableFile.Temporary, StringComparison.Ordinal))
            .Max(StringComparer.Ordinal) ?? "";

    private static RunResult Read(string place)
    {
        var kept = Path.Combine(place, KeptFolder);
        return RunFile.Read(Path.Combine(place, ResultFile)).Single()
            with
        { Kept = Directory.Exists(kept) ? kept : null };
    }

    private static RunResult? TryRead(string place)
    {
        try
        {
            return Read(place);
        }
        catch (RunException)
        {
            return null;
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Beside a finished run it does no harm.
        }
    }

    internal static void Write(string place, Action action) => Write(place, () =>
    {
        action();
        return true;
    });

    private static T Write<T>(string place, Func<T> action)
    {
        try
        {
            return action();
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
