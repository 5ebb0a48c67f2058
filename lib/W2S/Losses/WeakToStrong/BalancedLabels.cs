using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.WeakToStrong;

/// <summary>Hard labels of a batch whose class frequencies are those of its weak labels.</summary>
/// <remarks>
/// <para>Two classes: Burns et al. call class 0 where p_0 ≥ t, with t the quantile of p_0 at the weak labels' mean of
/// class 1. A threshold on p_0 is an offset between the classes: class 0 where log p_0 + b_0 ≥ log p_1 + b_1.</para>
/// <para>Many classes: one threshold a class would give some samples several labels and others none. One offset a class
/// gives each sample exactly one, f̂ = argmax_c (log p_c + b_c), and is the threshold again for two. The offsets that
/// meet given class sizes are the prices of the optimal assignment of samples to classes, max Σ_i log p_i,f(i) under
/// those sizes; Sinkhorn's iterations find them for the entropy-smoothed problem, in logarithms, here at smoothing
/// 0.05. Sizes are met up to that smoothing, not to the sample.</para>
/// </remarks>
internal static class BalancedLabels
{
    private const double Smoothing = 0.05;
    private const int Iterations = 50;

    /// <summary>Labels the student's most likely classes under those frequencies.</summary>
    /// <param name="student">log p, float64 [B, C], detached.</param>
    /// <param name="weak">q, float64 [B, C], detached.</param>
    /// <returns>f̂, int64 [B], owned by the current dispose scope.</returns>
    public static Tensor Of(Tensor student, Tensor weak) => student.shape[1] == 2 ? Threshold(student, weak)
        : student.Plus(Offsets(student, weak.mean([0]))).argmax(1);

    /// <summary>The original two-class form.</summary>
    /// <param name="student">log p, float64 [B, 2], detached.</param>
    /// <param name="weak">q, float64 [B, 2], detached.</param>
    /// <returns>f̂, int64 [B], owned by the current dispose scope.</returns>
    public static Tensor Threshold(Tensor student, Tensor weak)
    {
        var p = student[.., 0].exp();
        return p.less(p.quantile(weak[.., 1].mean())).to_type(ScalarType.Int64);
    }

    /// <summary>b, [C]: prices under which the classes' shares are the marginals.</summary>
    private static Tensor Offsets(Tensor student, Tensor marginals)
    {
        var scores = student.Times(1 / Smoothing);
        var target = marginals.log().AtLeast(-1e3).Plus(Math.Log(student.shape[0]));
        var offsets = zeros_like(marginals);
        for (var i = 0; i < Iterations; i++)
        {
            using var scope = NewDisposeScope();
            var rows = scores.Plus(offsets).logsumexp(1, keepdim: true);
            offsets = (target - (scores - rows).logsumexp(0)).MoveToOuterDisposeScope();
        }
        return offsets.Times(Smoothing);
    }
}
