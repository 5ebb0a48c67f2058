using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Models;

/// <summary>Classifies by the nearest class mean, measured by the cosine.</summary>
/// <remarks>
/// Prototype of class n: the mean of the features of its K support images; logit of query x: s·cos(f(x), prototype), s
/// a scale. Snell et al., NeurIPS 2017, with the cosine of Chen et al., "Meta-Baseline", ICCV 2021.
/// </remarks>
public static class Prototypes
{
    /// <summary>The mean feature of each class.</summary>
    /// <param name="support">[…, N·K, F], class by class.</param>
    /// <param name="ways">N, the number of classes.</param>
    /// <returns>[…, N, F], owned by the current dispose scope.</returns>
    /// <exception cref="ArgumentException">The rows do not divide into N classes.</exception>
    public static Tensor Of(Tensor support, int ways)
    {
        ArgumentNullException.ThrowIfNull(support);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ways);
        if (support.dim() < 2 || !support.is_floating_point() || support.shape[^2] == 0
            || support.shape[^2] % ways != 0)
            throw new ArgumentException(
                $"support features, {support.dtype} {support.Shape()}, do not divide into {ways} classes; give "
                + "floating point, ways · shots rows", nameof(support));
        using var classes =
            support.reshape([.. support.shape[..^2], ways, support.shape[^2] / ways, support.shape[^1]]);
        return classes.mean([-2]);
    }

    /// <summary>The cosine of each query with each prototype.</summary>
    /// <param name="queries">[…, M, F].</param>
    /// <param name="prototypes">[…, N, F].</param>
    /// <returns>[…, M, N], −1 … 1, owned by the current dispose scope.</returns>
    /// <exception cref="ArgumentException">The features' lengths differ, or they are no floating-point
    /// rows.</exception>
    public static Tensor Cosines(Tensor queries, Tensor prototypes)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(prototypes);
        if (queries.dim() < 2 || prototypes.dim() < 2 || !queries.is_floating_point()
            || !prototypes.is_floating_point())
            throw new ArgumentException(
                $"queries are {queries.dtype} {queries.Shape()} and prototypes {prototypes.dtype} "
                + $"{prototypes.Shape()}; give floating point […, M, F] and […, N, F]", nameof(queries));
        if (queries.shape[^1] != prototypes.shape[^1])
            throw new ArgumentException(
                $"queries have {queries.shape[^1]} features and prototypes {prototypes.shape[^1]}; take both from one "
                + "network", nameof(prototypes));
        using var scope = NewDisposeScope();
        var (q, p) = (nn.functional.normalize(queries, p: 2, dim: -1),
            nn.functional.normalize(prototypes, p: 2, dim: -1));
        return q.matmul(p.transpose(-2, -1)).MoveToOuterDisposeScope();
    }
}
