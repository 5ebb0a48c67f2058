namespace W2S.Runs;

/// <summary>The part that a network plays in a comparison: the ends that a student stands between, and the
/// student.</summary>
public enum Role
{
    /// <summary>The weak network with its own labels: it teaches.</summary>
    WeakTeacher,

    /// <summary>The strong network without a teacher, with the labels that a taught student sees.</summary>
    StrongAlone,

    /// <summary>The strong network without a teacher, with the few true labels that the weak teacher learned
    /// from.</summary>
    FewTrueLabels,

    /// <summary>The strong network under a method: taught, or by a loss other than plain cross entropy.</summary>
    Student,

    /// <summary>The strong network with the true labels of the images that the student learns from.</summary>
    Ceiling,
}
