using W2S.Losses;
using W2S.Losses.WeakToStrong;
using W2S.Torch;

namespace W2S.Experiments;

/// <summary>A student that sees weak labels alone.</summary>
/// <param name="Loss">The loss by which it learns from them; its label weight must be 0.</param>
public sealed record ProbeStudent(DistillationLoss Loss)
{
    /// <summary>In what it differs from the loss's usual form, for instance <c>T = 4</c>.</summary>
    /// <value>Null: in nothing.</value>
    public string? Variant { get; init; }

    /// <summary>Whether it goes without the protocol's penalty, given or chosen: the student that stands beside the
    /// others to show what the penalty does.</summary>
    /// <value>False.</value>
    public bool Unregularised { get; init; }

    /// <summary>Cross entropy to the teacher's most likely class.</summary>
    public static ProbeStudent Hard { get; } = new(new WeakCrossEntropy(Hard: true).TeacherOnly());

    /// <summary>Cross entropy to the teacher's distribution.</summary>
    public static ProbeStudent Soft { get; } = new(new WeakCrossEntropy().TeacherOnly());
}
