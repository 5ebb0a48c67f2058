using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Selection;

/// <summary>For each image the classes that may well be its own: sets that hold the true one as often as was asked,
/// whatever the network is worth.</summary>
/// <remarks>
/// Split conformal prediction: an image's set is every class with p_c ≥ 1 − q, and its most likely class in any case,
/// where q is the ⌈(n + 1)(1 − miss)⌉-th smallest of 1 − p_y over n images whose class is known and that taught nobody.
/// Over images drawn alike a set misses the truth with a probability of at most <paramref name="Miss"/>. Sadinle et
/// al., JASA 2019, arXiv 1609.00451; Angelopoulos and Bates, arXiv 2107.07511.
/// </remarks>
/// <param name="Least">1 − q: the least probability of a class in a set.</param>
/// <param name="Miss">How often a set may miss the truth.</param>
public sealed record ConformalSets(double Least, double Miss)
{
    /// <summary>Finds the least probability.</summary>
    /// <param name="logits">[n, C], of images whose class is known.</param>
    /// <param name="truth">int64 [n], their classes.</param>
    /// <param name="miss">How often a set may miss the truth, above 0 and below 1.</param>
    /// <returns>The rule; 0 as its least probability, all classes, where n is too small for what is asked.</returns>
    /// <exception cref="ArgumentException">Shapes or labels do not fit, or a logit is NaN or +∞.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="miss"/> is not between 0 and 1.</exception>
    public static ConformalSets Fit(Tensor logits, Tensor truth, double miss)
    {
        if (!(miss is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(miss), miss,
                FormattableString.Invariant(
                    $"miss {miss} is not between 0 and 1; give the share of sets that may err"));
        Checks.Logits(logits);
        Checks.Labels(truth, logits.shape[0], logits.shape[1]);
        using var scope = NewDisposeScope();
        var own = Probabilities(logits).At(truth).cpu().data<double>().OrderDescending().ToArray();
        var place = (int)Math.Ceiling((own.Length + 1) * (1 - miss));
        return new(place > own.Length ? 0 : own[place - 1], miss);
    }

    /// <summary>The sets of images.</summary>
    /// <param name="logits">[N, C].</param>
    /// <returns>bool [N, C]: whether each class is in the set; owned by the current dispose scope.</returns>
    public Tensor Of(Tensor logits)
    {
        Checks.Logits(logits);
        using var scope = NewDisposeScope();
        var p = Probabilities(logits);
        return (p.ge(p.Constant(Least)) | p.ge(p.amax([1], keepdim: true))).MoveToOuterDisposeScope();
    }

    private static Tensor Probabilities(Tensor logits) =>
        nn.functional.softmax(logits.detach().to_type(ScalarType.Float64), 1);
}
