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
    /// <returns>The logits of that source as they are, [N, C], and int64 [N]: which it was, the student last; owned by
    /// the current dispose scope.</returns>
    /// <remarks>source = argmax_k max_c softmax(z_k)_c; ties go to the earlier teacher.</remarks>
    /// <exception cref="ArgumentException">No teachers, different shapes, or a logit that is NaN or +∞.</exception>
    public static (Tensor Logits, Tensor Source) MostConfident(IReadOnlyList<Tensor> teachers, Tensor? student = null)
    {
        using var scope = NewDisposeScope();
        ArgumentNullException.ThrowIfNull(teachers);
        var all = Stack(student is null ? teachers : [.. teachers, student]);
        var surest = nn.functional.softmax(all, 2).amax([2]); // [K, N]
        // The first of equals: max alone does not promise which.
        var source = surest.eq(surest.amax([0], keepdim: true)).to_type(ScalarType.Int8).argmax(0);
        var logits = Pick(all, source).to_type(teachers[0].dtype);
        return (logits.alias().MoveToOuterDisposeScope(), source.MoveToOuterDisposeScope());
    }

    /// <summary>Each teacher's share of right answers on a small clean set, over the sum of all shares: weights for
    /// <see cref="Ensemble"/>.</summary>
    /// <param name="teachers">Each teacher's logits on the clean set, [n, C].</param>
    /// <param name="labels">The clean labels, int64 [n].</param>
    /// <returns>w, summing to 1; uniform where nobody was ever right.</returns>
    /// <exception cref="ArgumentException">No teachers, not a label a sample, a label outside the classes, or a logit
    /// that is NaN or +∞.</exception>
    public static double[] ByAccuracy(IReadOnlyList<Tensor> teachers, Tensor labels)
    {
        Checks.Logits(teachers, nameof(teachers));
        Checks.Labels(labels, teachers[0].shape[0], teachers[0].shape[1]);
        using var scope = NewDisposeScope();
        var accuracies = teachers.Select(z => 1 - z.argmax(1).ne(labels).to_type(ScalarType.Float64).cpu()
            .data<double>().Average()).ToArray();
        var sum = accuracies.Sum();
        return [.. accuracies.Select(x => sum == 0 ? 1.0 / accuracies.Length : x / sum)];
    }

    /// <summary>A weighted vote: log Σ_k w_k q_k with w_k scaled to sum 1 and q_k the teacher's distribution.</summary>
    /// <param name="teachers">Each teacher's logits, [N, C].</param>
    /// <param name="weights">w, one for each teacher, not negative; see <see cref="ByAccuracy"/>.</param>
    /// <returns>Logits whose softmax is the weighted mean, [N, C]; a class without a vote has −10,000. Owned by the
    /// current dispose scope.</returns>
    /// <exception cref="ArgumentException">No teachers, different shapes, a logit that is NaN or +∞, or weights that
    /// are not one positive sum of as many.</exception>
    public static Tensor Ensemble(IReadOnlyList<Tensor> teachers, IReadOnlyList<double> weights)
    {
        if (weights.Count != teachers.Count || weights.Any(x => !(x >= 0) || double.IsInfinity(x))
            || weights.Sum() <= 0)
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"weights [{string.Join(", ", weights)}] for {teachers.Count} teachers; give one each, none "
                    + $"negative, not all 0"), nameof(weights));
        using var scope = NewDisposeScope();
        var all = Stack(teachers);
        var votes = nn.functional.softmax(all, 2);
        var w = tensor(weights.Select(x => x / weights.Sum()).ToArray(), device: all.device).reshape(-1, 1, 1);
        return (votes * w).sum(dim: 0).log().AtLeast(-1e4).to_type(teachers[0].dtype).alias().MoveToOuterDisposeScope();
    }

    /// <summary>Of each sample the logits of its own source: [K, N, C] and int64 [N] to [N, C].</summary>
    internal static Tensor Pick(Tensor all, Tensor source) =>
        all.gather(0, source.reshape(1, -1, 1).expand(1, all.shape[1], all.shape[2])).squeeze(0);

    private static Tensor Stack(IReadOnlyList<Tensor> teachers)
    {
        Checks.Logits(teachers, nameof(teachers));
        return stack(teachers.Select(x => x.detach().to_type(ScalarType.Float64)));
    }
}
