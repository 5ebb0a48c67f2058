using W2S.Losses;
using W2S.Losses.WeakToStrong;
using W2S.Torch;

namespace W2S.Experiments;

/// <summary>A student of the protocol: a probe on the strong network's features that learns from somebody's word on
/// images without labels.</summary>
/// <param name="Loss">The loss by which it learns; its label weight must be 0.</param>
public sealed record ProbeStudent(DistillationLoss Loss)
{
    /// <summary>In what it differs from the loss's usual form, for instance <c>T = 4</c>.</summary>
    /// <value>Null: in nothing.</value>
    public string? Variant { get; init; }

    /// <summary>Whose word it learns from on the student's images.</summary>
    /// <value>The weak teacher's.</value>
    [Added]
    public WordOf Word { get; init; }

    /// <summary>Whether it also sees the teacher's images under their true labels, each as the word of a teacher that
    /// is sure.</summary>
    /// <value>False.</value>
    [Added]
    public bool WithLabels { get; init; }

    /// <summary>Cross entropy to the teacher's most likely class.</summary>
    public static ProbeStudent Hard { get; } = new(new WeakCrossEntropy(Hard: true).TeacherOnly());

    /// <summary>Cross entropy to the teacher's distribution.</summary>
    public static ProbeStudent Soft { get; } = new(new WeakCrossEntropy().TeacherOnly());
}

/// <summary>Who labels the images that a student learns from.</summary>
public enum WordOf
{
    /// <summary>The weak teacher.</summary>
    Teacher,

    /// <summary>The student's own network, trained on the teacher's true labels: the control without a
    /// teacher.</summary>
    Itself,

    /// <summary>Both: the mean of their log-probabilities, renormalised.</summary>
    Both,

    /// <summary>Two probes of the student's own network that differ in their seed, instead of teacher and student: the
    /// control for what a mean of two does by itself.</summary>
    Twins,

    /// <summary>Both, but what the teacher says is dealt at random over the images: the control with a teacher that
    /// knows how frequent the classes are and nothing else.</summary>
    BothShuffled,
}
