namespace W2S.Experiments;

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
