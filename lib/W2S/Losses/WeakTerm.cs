using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses;

/// <summary>How a loss measures the distance to the teacher's soft label.</summary>
public enum WeakTerm
{
    /// <summary>τ²·KL(q^τ‖p^τ), as in the public code.</summary>
    Divergence,

    /// <summary>τ²·CE(z_s/τ, q^τ), as in the papers: the divergence plus τ²·H(q^τ), with the same gradient.</summary>
    CrossEntropy,
}

/// <summary>The distance to the teacher's soft label, which many losses share.</summary>
internal static class SoftLabel
{
    /// <summary>τ²·KL(q^τ‖p^τ) or τ²·CE(z_s/τ, q^τ) for each sample, [B].</summary>
    public static Tensor Distance(Logits student, Logits teacher, double temperature,
        WeakTerm form = WeakTerm.Divergence)
    {
        var distance = student.CrossEntropyTo(teacher.Probabilities(temperature), temperature);
        if (form == WeakTerm.Divergence) distance -= teacher.Entropy(temperature);
        return distance.Times(temperature * temperature);
    }
}
