using W2S.Training;

namespace W2S.Runs;

/// <summary>What a run works with.</summary>
/// <param name="Folder">A folder of its own, there again after an interruption: for the trainer's checkpoints. Removed
/// when the run has ended.</param>
/// <param name="Kept">A folder whose files stay with the finished run, for instance its weights.</param>
/// <param name="Progress">Hears of the training; null for nobody.</param>
/// <param name="Token">Asks the run to stop.</param>
/// <param name="Results">The runs it needs, finished, by their hashes.</param>
public sealed record RunContext(
    string Folder, string Kept, IProgress<TrainingProgress>? Progress, CancellationToken Token,
    IReadOnlyDictionary<string, RunResult> Results)
{
    /// <summary>A run that this one needs.</summary>
    /// <param name="experiment">One of its <see cref="Experiment.Needs"/>.</param>
    /// <returns>The finished run.</returns>
    /// <exception cref="ArgumentException">It is not among the needs.</exception>
    public RunResult Of(Experiment experiment) =>
        experiment is not null && Results.TryGetValue(experiment.Hash, out var result)
        ? result
        : throw new ArgumentException($"{experiment} is not among the runs needed; name it in Needs",
            nameof(experiment));
}
