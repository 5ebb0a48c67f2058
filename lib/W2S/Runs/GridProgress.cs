using W2S.Training;

namespace W2S.Runs;

/// <summary>How far a set of runs has come.</summary>
/// <param name="Done">Runs finished, those read included.</param>
/// <param name="Total">Runs in all, those they need included.</param>
/// <param name="Current">The run under way; null at the end.</param>
/// <param name="Training">Where that run stands; null before its first report.</param>
/// <param name="Latest">The run that ended last; null before the first.</param>
public sealed record GridProgress(int Done, int Total, Experiment? Current, TrainingProgress? Training,
    RunResult? Latest)
{
    /// <summary>Why <see cref="Current"/> has just failed; null where it has not.</summary>
    public RunFailure? Failure { get; init; }
}
