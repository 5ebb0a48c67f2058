using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Analysis;

/// <summary>How often the right class is named.</summary>
public static class Accuracy
{
    /// <summary>How often the largest logit is the true class's.</summary>
    /// <param name="logits">Floating point [N, C]; equal logits count for the class that argmax names.</param>
    /// <param name="labels">int64 [N].</param>
    /// <returns>0 … 1.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit.</exception>
    public static double Top1(Tensor logits, Tensor labels) =>
        Correct(logits, labels).Average(right => right ? 1.0 : 0.0);

    /// <summary>How often the true class is among the k largest logits.</summary>
    /// <param name="logits">Floating point [N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <param name="k">How many classes count, 1 … C; among equal logits the choice is that of torch.topk.</param>
    /// <returns>0 … 1.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is not in 1 … C.</exception>
    public static double TopK(Tensor logits, Tensor labels, int k)
    {
        if (k == 1) return Top1(logits, labels);
        using var scope = NewDisposeScope();
        var z = Predictions.Logits(logits);
        var classes = z.shape[1];
        var truth = Checks.Labels(labels, z.shape[0], classes);
        if (k < 1 || k > classes)
            throw new ArgumentOutOfRangeException(nameof(k), k, $"k {k} is outside 1 … {classes}");
        var top = z.topk(k, 1).indexes.contiguous().data<long>().ToArray();
        return Enumerable.Range(0, truth.Length).Average(i => top.AsSpan(i * k, k).Contains(truth[i]) ? 1.0 : 0.0);
    }

    /// <summary>Which samples are right: the largest logit is the true class's.</summary>
    /// <param name="logits">Floating point [N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <returns>N values.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit.</exception>
    public static bool[] Correct(Tensor logits, Tensor labels)
    {
        var named = Predictions.Classes(logits);
        var truth = Checks.Labels(labels, named.Length, logits.shape[1]);
        return [.. named.Zip(truth, (a, b) => a == b)];
    }

    /// <summary>The accuracy of each class, the mean of the samples that truly belong to it.</summary>
    /// <param name="logits">Floating point [N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <returns>C values, 0 … 1; NaN for a class without samples.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit.</exception>
    public static double[] PerClass(Tensor logits, Tensor labels)
    {
        var confusion = Confusion(logits, labels);
        var classes = confusion.GetLength(0);
        return [.. Enumerable.Range(0, classes).Select(c =>
        {
            long all = 0;
            for (var k = 0; k < classes; k++) all += confusion[c, k];
            return all == 0 ? double.NaN : (double)confusion[c, c] / all;
        })];
    }

    /// <summary>How often class i was called class j.</summary>
    /// <param name="logits">Floating point [N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <returns>[C, C] counts: rows the true class, columns the named one.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit.</exception>
    public static long[,] Confusion(Tensor logits, Tensor labels)
    {
        var named = Predictions.Classes(logits);
        var classes = logits.shape[1];
        var truth = Checks.Labels(labels, named.Length, classes);
        var counts = new long[classes, classes];
        for (var i = 0; i < named.Length; i++) counts[truth[i], named[i]]++;
        return counts;
    }
}
