namespace W2S.Training;

/// <summary>A run's loss or gradient became NaN or infinite; the batch is kept.</summary>
/// <remarks>On the CPU every step is checked before the weights move, so they are those before the step. On another
/// device steps are checked at reports and checkpoints, which name the first bad one; no checkpoint is written after
/// it.</remarks>
/// <param name="message">What, where, and what to try.</param>
public sealed class TrainingNotFiniteException(string message) : NotFiniteException(message)
{
    /// <summary>The step, counted from 1, at which it arose.</summary>
    public required long Step { get; init; }

    /// <summary>What was not finite: a part of the loss, or the gradient of a named parameter.</summary>
    public required string What { get; init; }

    /// <summary>Positions of the batch's images in the set.</summary>
    public required IReadOnlyList<int> Indices { get; init; }

    /// <summary>The parts of the loss at that step; empty where it was found later.</summary>
    public required IReadOnlyDictionary<string, double> Losses { get; init; }

    /// <summary>A safetensors file with <c>images</c>, <c>labels</c> and, where they are at hand, <c>student_logits</c>
    /// and <c>teacher_logits</c>; null where the run has no folder.</summary>
    public string? BatchFile { get; init; }
}
