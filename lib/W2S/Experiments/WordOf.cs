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
}
