using System.Globalization;
using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Selection;

/// <summary>One weak label from several teachers.</summary>
public static class TeacherPool
{
    /// <summary>Takes, for each sample, the label of whoever is surest: one of the teachers, or the student.</summary>
    /// <param name="teachers">Each teacher's logits, [N, C].</param>
    /// <param name="student">The student's logits, [N, C], if it may pick itself.</param>
    /// <param name="hard">Whether the label is the most likely class instead of the distribution.</param>
    /// <returns>Logits [N, C], and int64 [N]: which source it was, the student last; owned by the current dispose
    /// scope.</returns>
    /// <remarks>source = argmax_k max_c softmax(z_k)_c; ties go to the earlier teacher.</remarks>
    /// <exception cref="ArgumentException">No teachers, different shapes, or a logit that is NaN or +∞.</exception>
    public static (Tensor Logits, Tensor Source) MostConfident(IReadOnlyList<Tensor> teachers, Tensor? student = null,
        bool hard = true)
    {
        using var scope = NewDisposeScope();
        ArgumentNullException.ThrowIfNull(teachers);
        var all = Stack(student is null ? teachers : [.. teachers, student]);
        var surest = nn.functional.softmax(all, 2).amax([2]); // [K, N]
        // The first of equals: max alone does not promise which.
        var source = surest.eq(surest.amax([0], keepdim: true)).to_type(ScalarType.Int8).argmax(0);
        var picked = all.gather(0, source.reshape(1, -1, 1).expand(1, all.shape[1], all.shape[2])).squeeze(0);
        var logits = hard ? HardLabels.Logits(picked.argmax(1), picked.shape[1], teachers[0])
            : picked.to_type(teachers[0].dtype);
        return (logits.alias().MoveToOuterDisposeScope(), source.MoveToOuterDisposeScope());
    }

    /// <summary>A weighted vote: log Σ_k w_k q_k with w_k scaled to sum 1 and q_k the teacher's distribution, or its
    /// one-hot class.</summary>
    /// <param name="teachers">Each teacher's logits, [N, C].</param>
    /// <param name="weights">w, one for each teacher, not negative; see <see cref="EnsembleWeights"/>.</param>
    /// <param name="hard">Whether a teacher votes for one class instead of spreading its vote.</param>
    /// <returns>Logits whose softmax is the weighted mean, [N, C]; a class without a vote has −10,000. Owned by the
    /// current dispose scope.</returns>
    /// <exception cref="ArgumentException">No teachers, different shapes, a logit that is NaN or +∞, or weights that
    /// are not one positive sum of as many.</exception>
    public static Tensor Ensemble(IReadOnlyList<Tensor> teachers, IReadOnlyList<double> weights, bool hard = false)
    {
        if (weights.Count != teachers.Count || weights.Any(x => !(x >= 0) || double.IsInfinity(x))
            || weights.Sum() <= 0)
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"weights [{string.Join(", ", weights)}] for {teachers.Count} teachers; give one each, none "
                    + $"negative, not all 0"), nameof(weights));
        using var scope = NewDisposeScope();
        var all = Stack(teachers);
        var votes = hard
            ? nn.functional.one_hot(all.argmax(2), all.shape[2]).to_type(ScalarType.Float64)
            : nn.functional.softmax(all, 2);
        var w = tensor(weights.Select(x => x / weights.Sum()).ToArray(), device: all.device).reshape(-1, 1, 1);
        return (votes * w).sum(dim: 0).log().AtLeast(-1e4).to_type(teachers[0].dtype).alias().MoveToOuterDisposeScope();
    }

    private static Tensor Stack(IReadOnlyList<Tensor> teachers)
    {
        Checks.Logits(teachers, nameof(teachers));
        return stack(teachers.Select(x => x.detach().to_type(ScalarType.Float64)));
    }
}
