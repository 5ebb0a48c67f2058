using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Selection;

/// <summary>Which labels are wrong, from how a network that never saw an image's label judges it.</summary>
/// <remarks>
/// A class's threshold t_j is the mean probability of j over the images labelled j. An image of label i counts for the
/// class j of largest p_j among those with p_j ≥ t_j. These counts, each row scaled to the number of images labelled i,
/// estimate how many images have label i and class j: the joint. For each pair i ≠ j as many labels are dropped as the
/// joint says, those of largest p_j − p_i (prune by noise rate). Trust ranks all labels: p − t, raised by the largest
/// threshold, held to 1e-6 at least and scaled to sum 1, at the label. Northcutt et al., Confident Learning, JAIR 2021,
/// arXiv 1911.00068 (cleanlab).
/// </remarks>
/// <param name="Thresholds">t, for each class; 1 for a class that no label names.</param>
/// <param name="Joint">[label, class]: the estimated number of images.</param>
/// <param name="Trust">For each label how well it fits, 0 … 1; larger is likelier right.</param>
/// <param name="Kept">Whether each label is kept.</param>
public sealed record ConfidentLearning(
    IReadOnlyList<double> Thresholds, double[,] Joint, IReadOnlyList<double> Trust, IReadOnlyList<bool> Kept)
{
    private const double Least = 1e-6;

    /// <summary>Judges labels.</summary>
    /// <param name="logits">[N, C], of a network that did not learn from these labels: by cross-fitting.</param>
    /// <param name="labels">int64 [N], the labels as they are given.</param>
    /// <returns>The judgement.</returns>
    /// <exception cref="ArgumentException">Shapes or labels do not fit, or a logit is NaN or +∞.</exception>
    public static ConfidentLearning Find(Tensor logits, Tensor labels)
    {
        Checks.Logits(logits);
        var (n, classes) = ((int)logits.shape[0], (int)logits.shape[1]);
        var given = Checks.Labels(labels, n, classes);
        using var scope = NewDisposeScope();
        var flat = nn.functional.softmax(logits.detach().to_type(ScalarType.Float64), 1).cpu().data<double>().ToArray();
        double P(int image, long k) => flat[image * classes + k];
        var members = Enumerable.Range(0, n).ToLookup(i => given[i]);
        double[] thresholds = [.. Enumerable.Range(0, classes).Select(
            k => members.Contains(k) ? members[k].Average(i => P(i, k)) : 1)];
        var joint = new double[classes, classes];
        for (var i = 0; i < n; i++)
        {
            var likely = Enumerable.Range(0, classes).Where(k => P(i, k) >= thresholds[k]).ToArray();
            if (likely.Length > 0) joint[given[i], likely.MaxBy(k => P(i, k))]++;
        }
        var kept = Enumerable.Repeat(true, n).ToArray();
        for (var label = 0; label < classes; label++)
        {
            var counted = Enumerable.Range(0, classes).Sum(k => joint[label, k]);
            for (var k = 0; k < classes; k++)
            {
                joint[label, k] = counted > 0 ? joint[label, k] * members[label].Count() / counted
                    : k == label ? members[label].Count() : 0;
                if (k == label) continue;
                var wrong = (int)Math.Round(joint[label, k], MidpointRounding.AwayFromZero);
                foreach (var i in members[label].OrderByDescending(i => P(i, k) - P(i, label)).Take(wrong))
                    kept[i] = false;
            }
        }
        var top = thresholds.Max();
        return new(thresholds, joint, [.. Enumerable.Range(0, n).Select(Fit)], kept);

        double Fit(int image)
        {
            double Adjusted(long k) => Math.Max(Least, P(image, k) - thresholds[k] + top);
            return Adjusted(given[image]) / Enumerable.Range(0, classes).Sum(k => Adjusted(k));
        }
    }
}
