using W2S.Losses;
using W2S.Losses.WeakToStrong;
using W2S.Torch;

namespace W2S.Experiments;

/// <summary>A student that sees weak labels alone: a name and the loss by which it learns from them.</summary>
/// <param name="Name">What charts and tables call it.</param>
/// <param name="Loss">The loss; its label weight must be 0.</param>
public sealed record ProbeStudent(string Name, DistillationLoss Loss)
{
    /// <summary>Whether it goes without the protocol's penalty, given or chosen: the student that stands beside the
    /// others to show what the penalty does.</summary>
    /// <value>False.</value>
    public bool Unregularised { get; init; }

    /// <summary>Cross entropy to the teacher's most likely class.</summary>
    public static ProbeStudent Hard { get; } = new("Hard labels", new WeakCrossEntropy(Hard: true).TeacherOnly());

    /// <summary>Cross entropy to the teacher's distribution.</summary>
    public static ProbeStudent Soft { get; } = new("Soft labels", new WeakCrossEntropy().TeacherOnly());
}
