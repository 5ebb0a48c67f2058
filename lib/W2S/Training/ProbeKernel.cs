using System.Runtime.Intrinsics;

namespace W2S.Training;

/// <summary>The two products of a linear layer's training step, on rows picked from a table: forward, and back to the
/// weights.</summary>
/// <remarks>
/// Weights lie as [F, C], C padded to whole vectors of eight. Eight sums are kept in registers at a time, each over one
/// index and in its order: every number is the same whatever else is computed, and no row is copied to be read.
/// </remarks>
internal static unsafe class ProbeKernel
{
    /// <summary>Numbers in a vector, rows in a block of <see cref="Forward"/>, features in one of
    /// <see cref="Backward"/>.</summary>
    public const int Block = 8;

    // Samples whose pieces of rows stay in the first cache while their gradients are added up.
    private const int Stretch = 64;

    /// <summary>n up to whole blocks.</summary>
    public static int Pad(int n) => (n + Block - 1) / Block * Block;

    /// <summary>z = x·W + b.</summary>
    /// <param name="rows">Where each row starts; a whole number of blocks.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="features">F.</param>
    /// <param name="weight">[F, classes].</param>
    /// <param name="bias">[classes].</param>
    /// <param name="classes">C, padded.</param>
    /// <param name="z">[count, classes].</param>
    public static void Forward(
        float** rows, int count, int features, float* weight, float* bias, int classes, float* z)
    {
        for (var i = 0; i < count; i += Block)
        {
            float* x0 = rows[i], x1 = rows[i + 1], x2 = rows[i + 2], x3 = rows[i + 3];
            float* x4 = rows[i + 4], x5 = rows[i + 5], x6 = rows[i + 6], x7 = rows[i + 7];
            for (var c = 0; c < classes; c += Block)
            {
                var s0 = Vector256.Load(bias + c);
                Vector256<float> s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
                var w = weight + c;
                for (nint k = 0; k < features; k++, w += classes)
                {
                    var at = Vector256.Load(w);
                    s0 = Vector256.FusedMultiplyAdd(Vector256.Create(x0[k]), at, s0);
                    s1 = Vector256.FusedMultiplyAdd(Vector256.Create(x1[k]), at, s1);
                    s2 = Vector256.FusedMultiplyAdd(Vector256.Create(x2[k]), at, s2);
                    s3 = Vector256.FusedMultiplyAdd(Vector256.Create(x3[k]), at, s3);
                    s4 = Vector256.FusedMultiplyAdd(Vector256.Create(x4[k]), at, s4);
                    s5 = Vector256.FusedMultiplyAdd(Vector256.Create(x5[k]), at, s5);
                    s6 = Vector256.FusedMultiplyAdd(Vector256.Create(x6[k]), at, s6);
                    s7 = Vector256.FusedMultiplyAdd(Vector256.Create(x7[k]), at, s7);
                }
                Store(z + (nint)i * classes + c, classes, s0, s1, s2, s3, s4, s5, s6, s7);
            }
        }
    }

    /// <summary>dW = xᵀ·g.</summary>
    /// <param name="rows">Where each row starts.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="features">F, padded.</param>
    /// <param name="gradient">g, [count, classes].</param>
    /// <param name="classes">C, padded.</param>
    /// <param name="weight">dW, [features, classes], overwritten.</param>
    public static void Backward(
        float** rows, int count, int features, float* gradient, int classes, float* weight)
    {
        new Span<float>(weight, features * classes).Clear();
        for (var start = 0; start < count; start += Stretch)
        {
            var end = Math.Min(start + Stretch, count);
            for (nint k = 0; k < features; k += Block)
            {
                for (var c = 0; c < classes; c += Block)
                {
                    var w = weight + k * classes + c;
                    var s0 = Vector256.Load(w);
                    var s1 = Vector256.Load(w + classes);
                    var s2 = Vector256.Load(w + 2 * classes);
                    var s3 = Vector256.Load(w + 3 * classes);
                    var s4 = Vector256.Load(w + 4 * classes);
                    var s5 = Vector256.Load(w + 5 * classes);
                    var s6 = Vector256.Load(w + 6 * classes);
                    var s7 = Vector256.Load(w + 7 * classes);
                    var g = gradient + (nint)start * classes + c;
                    for (nint i = start; i < end; i++, g += classes)
                    {
                        var x = rows[i] + k;
                        var at = Vector256.Load(g);
                        s0 = Vector256.FusedMultiplyAdd(Vector256.Create(x[0]), at, s0);
                        s1 = Vector256.FusedMultiplyAdd(Vector256.Create(x[1]), at, s1);
                        s2 = Vector256.FusedMultiplyAdd(Vector256.Create(x[2]), at, s2);
                        s3 = Vector256.FusedMultiplyAdd(Vector256.Create(x[3]), at, s3);
                        s4 = Vector256.FusedMultiplyAdd(Vector256.Create(x[4]), at, s4);
                        s5 = Vector256.FusedMultiplyAdd(Vector256.Create(x[5]), at, s5);
                        s6 = Vector256.FusedMultiplyAdd(Vector256.Create(x[6]), at, s6);
                        s7 = Vector256.FusedMultiplyAdd(Vector256.Create(x[7]), at, s7);
                    }
                    Store(w, classes, s0, s1, s2, s3, s4, s5, s6, s7);
                }
            }
        }
    }

    /// <summary>The sum of rows: a bias's gradient.</summary>
    /// <param name="gradient">[count, classes].</param>
    /// <param name="count">How many rows.</param>
    /// <param name="classes">C, padded.</param>
    /// <param name="bias">[classes], overwritten.</param>
    public static void Sum(float* gradient, int count, int classes, float* bias)
    {
        for (var c = 0; c < classes; c += Block)
        {
            var sum = Vector256<float>.Zero;
            for (nint i = 0; i < count; i++) sum += Vector256.Load(gradient + i * classes + c);
            sum.Store(bias + c);
        }
    }

    private static void Store(
        float* to, int stride, Vector256<float> s0, Vector256<float> s1, Vector256<float> s2, Vector256<float> s3,
        Vector256<float> s4, Vector256<float> s5, Vector256<float> s6, Vector256<float> s7)
    {
        s0.Store(to);
        s1.Store(to + stride);
        s2.Store(to + 2 * stride);
        s3.Store(to + 3 * stride);
        s4.Store(to + 4 * stride);
        s5.Store(to + 5 * stride);
        s6.Store(to + 6 * stride);
        s7.Store(to + 7 * stride);
    }
}
