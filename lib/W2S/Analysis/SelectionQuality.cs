using W2S.Torch;

namespace W2S.Analysis;

/// <summary>What a selection of weak labels keeps, and how good it is.</summary>
/// <param name="Kept">How many labels are kept.</param>
/// <param name="Coverage">Share of the labels that are kept, 0 … 1.</param>
/// <param name="Accuracy">Share of the kept labels that are right; NaN where none is kept.</param>
internal sealed record SelectionQuality(int Kept, double Coverage, double Accuracy)
{
    /// <summary>Judges a selection.</summary>
    /// <param name="keep">Whether each label is kept.</param>
    /// <param name="correct">Whether each label is right.</param>
    /// <returns>Coverage and accuracies.</returns>
    /// <exception cref="ArgumentException">The counts differ or there is no label.</exception>
    public static SelectionQuality Of(IReadOnlyList<bool> keep, IReadOnlyList<bool> correct)
    {
        ArgumentNullException.ThrowIfNull(keep);
        ArgumentNullException.ThrowIfNull(correct);
        Checks.SameCount(keep.Count, correct.Count, nameof(keep), nameof(correct));
        if (keep.Count == 0) throw new ArgumentException("keep is empty; give at least one label", nameof(keep));
        var kept = correct.Where((_, i) => keep[i]).ToArray();
        return new SelectionQuality(kept.Length, (double)kept.Length / keep.Count,
            kept.Length == 0 ? double.NaN : kept.Average(right => right ? 1.0 : 0.0));
    }

    /// <summary>Keeps the most confident labels, exactly as many as the share says, so that rules compare at equal
    /// coverage.</summary>
    /// <param name="confidence">A score of each label, larger for surer.</param>
    /// <param name="share">The share to keep, 0 … 1, of the labels.</param>
    /// <returns>Whether each label is kept; of equal scores the earlier stays.</returns>
    /// <exception cref="ArgumentException">There is no label, or a score is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is outside 0 … 1.</exception>
    public static bool[] Top(IReadOnlyList<double> confidence, double share)
    {
        Checks.Finite(confidence, nameof(confidence));
        if (!(share is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(share), share,
                FormattableString.Invariant($"share {share} is outside 0 to 1; give the part of the labels to keep"));
        var keep = new bool[confidence.Count];
        foreach (var i in Enumerable.Range(0, keep.Length).OrderByDescending(i => confidence[i]).Take(
            (int)Math.Round(share * keep.Length, MidpointRounding.AwayFromZero)))
            keep[i] = true;
        return keep;
    }

    /// <summary>How well scores tell right labels from wrong ones: the area under the detection (ROC) curve.</summary>
    /// <param name="confidence">A score of each label, larger for surer.</param>
    /// <param name="correct">Whether each label is right.</param>
    /// <returns>The share of pairs of a right and a wrong label in which the right one has the larger score, equal
    /// scores counting half: ½ for chance, 1 for a perfect order; NaN where all labels are right, or all
    /// wrong.</returns>
    /// <exception cref="ArgumentException">The counts differ, there is no label, or a score is not finite.</exception>
    public static double Auc(IReadOnlyList<double> confidence, IReadOnlyList<bool> correct)
    {
        Checks.Finite(confidence, nameof(confidence));
        ArgumentNullException.ThrowIfNull(correct);
        Checks.SameCount(confidence.Count, correct.Count, nameof(confidence), nameof(correct));
        double below = 0, won = 0;
        foreach (var equal in Enumerable.Range(0, correct.Count).GroupBy(i => confidence[i]).OrderBy(g => g.Key))
        {
            double wrong = equal.Count(i => !correct[i]), right = equal.Count(i => correct[i]);
            won += right * (below + wrong / 2);
            below += wrong;
        }
        return won / (below * (correct.Count - below));
    }
}
