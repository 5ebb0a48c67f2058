using TorchSharp;
using W2S.Selection;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.WeakToStrong;

/// <summary>Co-supervised learning: specialists for groups of classes, each sample taught by the one that the previous
/// student points to.</summary>
/// <remarks>
/// <para>Assign: specialist(x) = group[argmax z_s(x)], z_s the previous student. Filter: the share of samples whose
/// assigned label is among the student's k most likely classes is the share that is kept, and kept are those with the
/// least CE(z_s, assigned label). Then a new student is trained on what is kept, and the next, finer layer of
/// specialists assigned by it.</para>
/// <para>Liu and Alahi, Co-Supervised Learning, arXiv 2402.15505 (yuejiangliu/csl, k = 3).</para>
/// </remarks>
public static class CoSupervision
{
    /// <summary>Gives each sample its specialist's label.</summary>
    /// <param name="student">The previous student's logits, [N, C].</param>
    /// <param name="specialists">Each specialist's logits over all classes, [N, C].</param>
    /// <param name="groups">For each class, the specialist that knows it: C numbers from 0 to K−1.</param>
    /// <returns>The assigned logits [N, C] and int64 [N], the specialist; owned by the current dispose scope.</returns>
    /// <exception cref="ArgumentException">Groups that do not fit the classes or the specialists, different shapes, or
    /// a logit that is NaN or +∞.</exception>
    public static (Tensor Logits, Tensor Specialist) Assign(Tensor student, IReadOnlyList<Tensor> specialists,
        IReadOnlyList<int> groups)
    {
        Checks.Logits(student, nameof(student));
        Checks.Logits(specialists, nameof(specialists));
        Checks.SameSize(student, specialists[0], nameof(student), nameof(specialists));
        if (groups.Count != student.shape[1] || groups.Any(x => x < 0 || x >= specialists.Count))
            throw new ArgumentException(
                $"{groups.Count} groups from {groups.DefaultIfEmpty().Min()} to {groups.DefaultIfEmpty().Max()} for "
                + $"{student.shape[1]} classes and {specialists.Count} specialists; give for each class the number of "
                    + "its specialist",
                nameof(groups));
        using var scope = NewDisposeScope();
        var map = tensor(groups.Select(x => (long)x).ToArray(), device: student.device);
        var specialist = map.index_select(0, student.detach().argmax(1));
        var logits = TeacherPool.Pick(stack(specialists.Select(x => x.detach())), specialist);
        return (logits.MoveToOuterDisposeScope(), specialist.MoveToOuterDisposeScope());
    }

    /// <summary>Tells which assigned labels are kept.</summary>
    /// <param name="student">The previous student's logits, [N, C].</param>
    /// <param name="assigned">The assigned logits, [N, C].</param>
    /// <param name="top">k, the classes that count as consensus.</param>
    /// <returns>Bool [N], owned by the current dispose scope.</returns>
    /// <exception cref="ArgumentException">Different shapes, or a logit that is NaN or +∞.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is not from 1 to C.</exception>
    public static Tensor Keep(Tensor student, Tensor assigned, int top = 3)
    {
        Checks.SameSize(student, assigned, nameof(student), nameof(assigned));
        Checks.Logits(student, nameof(student));
        Checks.Logits(assigned, nameof(assigned));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(top);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(top, student.shape[1]);
        using var scope = NewDisposeScope();
        var (own, label) = (new Logits(student.detach()), assigned.detach().argmax(1));
        var consensus = own.Values.topk(top, 1).indexes.eq(label.unsqueeze(1)).any(1);
        var kept = consensus.sum().ToInt64();
        var ranks = own.CrossEntropy(label).sort(0, stable: true).Indices.argsort(0);
        return ranks.less(tensor(kept)).MoveToOuterDisposeScope();
    }
}
