using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.Distillation;

/// <summary>Knowledge review: each stage of the student, fused with all deeper ones, imitates the teacher's
/// stage.</summary>
/// <remarks>
/// <para>L = w_labels·CE(p, y) + w·min(1, s/ρ)·Σ_stages HCL(R_s, F_t), s the fraction of the run. R_s comes from
/// <see cref="ReviewFusion"/>, deepest stage first (the pooled feature as a 1×1 map counts as the deepest). HCL is the
/// mean squared difference at full size plus ½, ¼, ⅛ of that of the maps averaged to 4×4, 2×2, 1×1 where these are
/// smaller, over the sum of the weights.</para>
/// <para>Chen et al., Distilling Knowledge via Knowledge Review, CVPR 2021 (arXiv 2104.09044), as in
/// megvii-research/mdistiller; its warm-up is 20 of 240 epochs. Shapes come from the networks, not from a table, so any
/// pair with as many stages will do.</para>
/// </remarks>
public sealed record ReviewKd : DistillationLoss, ILearnableLoss
{
    /// <summary>ρ, the fraction of the run over which the term's weight rises to 1.</summary>
    /// <value>1/12.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double WarmUp { get; init => field = Option.Fraction(value); } = 1.0 / 12;

    /// <summary>The most channels inside the fusion.</summary>
    /// <value>512.</value>
    public int MaxChannels { get; init; } = 512;

    /// <inheritdoc/>
    public override string Name => "ReviewKD";

    /// <inheritdoc/>
    public nn.Module CreateModule(LossBatch example)
    {
        var (student, teacher) = FeatureLoss.Both(example, Name);
        if (student.Stages.Count != teacher.Stages.Count || student.Stages.Count == 0)
            throw new ArgumentException(
                $"ReviewKD pairs stages: the student has {student.Stages.Count} and the teacher "
                + $"{teacher.Stages.Count}; give as many of each", nameof(example));
        return new ReviewFusion(Maps(student), Maps(teacher), MaxChannels);
    }

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch)
    {
        var (own, teacher) = FeatureLoss.Both(batch, Name);
        var reviewed = FeatureLoss.Module<ReviewFusion>(batch, Name).forward(Maps(own));
        var distances = reviewed.Zip(Maps(teacher), HierarchicalContext);
        var ramp = WarmUp == 0 ? 1 : Math.Min(1, batch.Epoch / batch.Epochs / WarmUp);
        return new(new LossTerm("teacher", distances.Aggregate((a, b) => a.Plus(b)).Times(ramp)));
    }

    private static List<Tensor> Maps(LossFeatures features) =>
        [.. features.Stages.Select(x => x.Wide()), features.Pooled.Wide().flatten(1).unsqueeze(2).unsqueeze(3)];

    private static Tensor HierarchicalContext(Tensor student, Tensor teacher)
    {
        var (sum, weights, weight) = (FeatureLoss.MeanSquare(student, teacher), 1.0, 1.0);
        foreach (var size in new long[] { 4, 2, 1 }.Where(x => x < student.shape[2]))
        {
            weight /= 2;
            weights += weight;
            sum = sum.Plus(FeatureLoss.MeanSquare(Pool(student, size), Pool(teacher, size)).Times(weight));
        }
        return sum.Times(1 / weights);

        static Tensor Pool(Tensor x, long size) => nn.functional.adaptive_avg_pool2d(x, (size, size));
    }
}
