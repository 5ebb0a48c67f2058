using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Data.Noise;

/// <summary>Label noise that depends on the image.</summary>
/// <remarks>
/// Xia et al., "Part-dependent Label Noise", NeurIPS 2020, algorithm 2. Image i has a flip rate q_i from the normal
/// distribution N(rate, 0.1²) cut to 0 … 1, and each class y a random matrix W_y ∈ ℝ^{d×C} of standard normal numbers.
/// With x_i the image as a vector, the other classes get the probabilities q_i·softmax(x_iᵀ W_{y_i}) with class y_i
/// left out, and class y_i keeps 1 − q_i. Here x_i is the image's 4×4 grid of mean colours (48 numbers, each scaled to
/// mean 0 and deviation 1 over the set) instead of all its pixels, so that the wrong class follows what is seen and the
/// resolution does not matter.
/// </remarks>
public static class InstanceNoise
{
    private const int Grid = 4;
    private const int Dimension = 3 * Grid * Grid;

    /// <summary>Draws noisy labels.</summary>
    /// <param name="set">The images with their clean labels.</param>
    /// <param name="rate">The centre of the flip rates, 0 … 1; their mean lies further inside where the cut takes more
    /// from one side, 0.13 for a rate of 0.1. 0 leaves every label as it is.</param>
    /// <param name="seed">The same seed gives the same noise.</param>
    /// <returns>The noisy labels.</returns>
    /// <exception cref="ArgumentException">The rate is outside 0 … 1, the set has one class only, or images under 4×4
    /// pixels.</exception>
    public static NoisyLabels Draw(ImageSet set, double rate, long seed)
    {
        ArgumentNullException.ThrowIfNull(set);
        LabelNoise.Check(set.Labels, set.Classes, rate);
        if (rate == 0) return LabelNoise.Result(set.Labels, [.. set.Labels]);
        if (set.Classes < 2 || set.Height < Grid || set.Width < Grid)
        {
            throw new ArgumentException(
                $"{set.Name} has {set.Classes} classes and {set.Height}×{set.Width} pixels; two classes and 4×4 "
                + "pixels are needed", nameof(set));
        }
        var features = Features(set);
        var matrices = Matrices(set.Classes, Seeds.Derive(seed, "matrices"));
        var draws = Seeds.Derive(seed, "draws");
        var noisy = set.Labels.ToArray();
        Parallel.For(0, noisy.Length, i =>
        {
            var random = new SeededRandom(Seeds.Derive(draws, i));
            double flip;
            do
            {
                flip = rate + 0.1 * random.NextNormal();
            }
            while (flip is < 0 or > 1);
            if (random.NextBool(flip))
                noisy[i] = OtherClass(features.AsSpan(i * Dimension, Dimension), matrices[(int)noisy[i]], (int)noisy[i],
                    ref random);
        });
        return LabelNoise.Result(set.Labels, noisy);
    }

    private static long OtherClass(ReadOnlySpan<double> feature, double[] matrix, int own, ref SeededRandom random)
    {
        var classes = matrix.Length / Dimension;
        var scores = new double[classes];
        for (var k = 0; k < classes; k++)
        {
            for (var d = 0; d < Dimension; d++)
            {
                scores[k] += feature[d] * matrix[k * Dimension + d];
            }
        }
        scores[own] = double.NegativeInfinity;
        var top = scores.Max();
        var total = scores.Sum(score => Math.Exp(score - top));
        var left = random.NextDouble() * total;
        var last = -1;
        for (var k = 0; k < classes; k++)
        {
            if (k == own) continue;
            last = k;
            left -= Math.Exp(scores[k] - top);
            if (left < 0) break;
        }
        return last;
    }

    private static double[][] Matrices(int classes, long seed)
    {
        var matrices = new double[classes][];
        Parallel.For(0, classes, k =>
        {
            var random = new SeededRandom(Seeds.Derive(seed, k));
            matrices[k] = new double[classes * Dimension];
            for (var i = 0; i < matrices[k].Length; i++)
            {
                matrices[k][i] = random.NextNormal();
            }
        });
        return matrices;
    }

    private static double[] Features(ImageSet set)
    {
        var features = new double[set.Count * Dimension];
        for (var start = 0; start < set.Count; start += 1000)
        {
            using var scope = NewDisposeScope();
            var images = set.Images.narrow(0, start, Math.Min(1000, set.Count - start)).to(ScalarType.Float64);
            nn.functional.adaptive_avg_pool2d(images, [Grid, Grid]).reshape(-1).data<double>()
                .CopyTo(features, start * Dimension);
        }
        for (var d = 0; d < Dimension; d++)
        {
            double sum = 0, squares = 0;
            for (var i = d; i < features.Length; i += Dimension)
            {
                sum += features[i];
                squares += features[i] * features[i];
            }
            var mean = sum / set.Count;
            var deviation = Math.Sqrt(Math.Max(squares / set.Count - mean * mean, 1e-12));
            for (var i = d; i < features.Length; i += Dimension)
            {
                features[i] = (features[i] - mean) / deviation;
            }
        }
        return features;
    }
}
