namespace W2S.Training;

/// <summary>A loss or gradient became NaN or infinite; the message says what, at which step, and what to try.</summary>
/// <remarks>On the CPU every step of a run is checked before the weights move, so they are those before the step. On
/// another device steps are checked at reports and checkpoints, which name the first bad one; no checkpoint is written
/// after it.</remarks>
/// <param name="message">The message.</param>
public sealed class NotFiniteException(string message) : ArithmeticException(message)
{
    /// <summary>The step, counted from 1, at which it arose; of a probe the last of those that the message
    /// names.</summary>
    public required long Step { get; init; }

    /// <summary>Positions of the batch's images in the set; empty for a probe.</summary>
    public IReadOnlyList<int> Indices { get; init; } = [];

    /// <summary>A safetensors file with <c>images</c>, <c>labels</c> and, where they are at hand, <c>student_logits</c>
    /// and <c>teacher_logits</c>; null for a probe, and where the run has no folder.</summary>
    public string? BatchFile { get; init; }
}
