using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Torch;

/// <summary>The numerics that the formulas share.</summary>
/// <remarks>They make no scalar that waits for the finalizer, as the operators of TorchSharp do; results are owned by the
/// current dispose scope.</remarks>
public static class Numerics
{
    // Kept for good: an implicit Scalar waits for the finalizer at every call, and a collection that another thread
    // asks for may free it while libtorch still reads it. a + b, add(x) and square() of TorchSharp make one each; a − b
    // and a · b of tensors do not.
    internal static readonly Scalar One = 1.0.ToScalar();
    private static readonly Scalar Zero = 0.0.ToScalar();
    private static readonly Scalar Lowest = (-1e300).ToScalar();

    /// <summary>k·t.</summary>
    /// <param name="t">Any tensor.</param>
    /// <param name="k">A number.</param>
    /// <returns>In the shape and type of t.</returns>
    public static Tensor Times(this Tensor t, double k)
    {
        if (k == 1) return t;
        using var scalar = k.ToScalar();
        return t.mul(scalar);
    }

    /// <summary>t + k.</summary>
    /// <param name="t">Any tensor.</param>
    /// <param name="k">A number.</param>
    /// <returns>In the shape and type of t.</returns>
    public static Tensor Plus(this Tensor t, double k)
    {
        using var scalar = k.ToScalar();
        return t.add(scalar, One);
    }

    /// <summary>t + x.</summary>
    /// <param name="t">Any tensor.</param>
    /// <param name="x">A tensor that broadcasts with it.</param>
    /// <returns>The sum.</returns>
    public static Tensor Plus(this Tensor t, Tensor x) => t.add(x, One);

    /// <summary>t².</summary>
    /// <param name="t">Any tensor.</param>
    /// <returns>In the shape and type of t.</returns>
    public static Tensor Squared(this Tensor t) => t.mul(t);

    /// <summary>1 − t.</summary>
    /// <param name="t">Any tensor.</param>
    /// <returns>In the shape and type of t.</returns>
    public static Tensor OneMinus(this Tensor t) => t.neg().add(One, One);

    /// <summary>k in the shape and type of t.</summary>
    /// <param name="t">Any tensor.</param>
    /// <param name="k">A number.</param>
    /// <returns>In the shape and type of t.</returns>
    public static Tensor Constant(this Tensor t, double k)
    {
        using var scalar = k.ToScalar();
        return full_like(t, scalar);
    }

    /// <summary>t[i, classes[i]] for each row i: [B, C] and int64 [B] to [B].</summary>
    /// <param name="t">[B, C].</param>
    /// <param name="classes">int64 [B].</param>
    /// <returns>[B].</returns>
    public static Tensor At(this Tensor t, Tensor classes) => t.gather(1, classes.unsqueeze(1)).squeeze(1);

    /// <summary>Σ over classes of weights · values, [B, C] to [B]. A plain product: where a weight may be 0 the values
    /// must be <see cref="Finite"/>.</summary>
    /// <param name="weights">[B, C].</param>
    /// <param name="values">[B, C].</param>
    /// <returns>[B].</returns>
    public static Tensor Dot(Tensor weights, Tensor values) => weights.mul(values).sum(1);

    /// <summary>A logarithm with −∞ lifted to the lowest finite number, so that 0 · log 0 = 0.</summary>
    /// <param name="logarithm">Any logarithm.</param>
    /// <returns>In its shape and type.</returns>
    public static Tensor Finite(this Tensor logarithm) => logarithm.clamp_min(Lowest);

    /// <summary>max(t, k).</summary>
    /// <param name="t">Any tensor.</param>
    /// <param name="k">A number.</param>
    /// <returns>In the shape and type of t.</returns>
    public static Tensor AtLeast(this Tensor t, double k)
    {
        using var scalar = k.ToScalar();
        return t.clamp_min(scalar);
    }

    /// <summary>Σwx / Σw over the batch, the mean without weights, 0 where all weights are 0; a scalar stays as it
    /// is.</summary>
    /// <param name="x">[B], or a scalar.</param>
    /// <param name="weights">[B]; null counts all alike.</param>
    /// <returns>A scalar.</returns>
    public static Tensor WeightedMean(this Tensor x, Tensor? weights)
    {
        if (x.dim() == 0) return x;
        if (weights is null) return x.mean();
        var w = weights.detach().to_type(x.dtype);
        var sum = w.sum();
        return w.mul(x).sum() / where(sum.eq(Zero), ones_like(sum), sum);
    }
}
