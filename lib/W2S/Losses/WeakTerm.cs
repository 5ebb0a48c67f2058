namespace W2S.Losses;

/// <summary>How a loss measures the distance to the teacher's soft label.</summary>
public enum WeakTerm
{
    /// <summary>τ²·KL(q^τ‖p^τ), as in the public code.</summary>
    Divergence,

    /// <summary>τ²·CE(z_s/τ, q^τ), as in the papers: the divergence plus τ²·H(q^τ), with the same gradient.</summary>
    CrossEntropy,
}
