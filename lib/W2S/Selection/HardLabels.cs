using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Selection;

/// <summary>Hard labels in the form of logits, so that every loss takes them where it takes a teacher's.</summary>
internal static class HardLabels
{
    /// <summary>The other classes' logit: their probability is 0 at any temperature in use, yet every loss stays
    /// finite.</summary>
    private const double Off = -1e4;

    /// <summary>Logits 0 for the class and −10,000 for the others.</summary>
    /// <param name="classes">int64 [N].</param>
    /// <param name="count">C, the number of classes.</param>
    /// <param name="like">A tensor whose dtype and device the result has.</param>
    /// <returns>[N, C], owned by the current dispose scope.</returns>
    /// <exception cref="ArgumentException">Not class numbers [N], or on the CPU one outside the classes.</exception>
    public static Tensor Logits(Tensor classes, long count, Tensor like)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(like);
        using var scope = NewDisposeScope();
        var one = nn.functional.one_hot(Checks.StepLabels(classes, classes.numel(), count, nameof(classes)), count)
            .to_type(ScalarType.Float64);
        return one.OneMinus().Times(Off).to(like.device).to_type(like.dtype).MoveToOuterDisposeScope();
    }
}
