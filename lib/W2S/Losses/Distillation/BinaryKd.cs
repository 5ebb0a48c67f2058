using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.Distillation;

/// <summary>Binary distillation: each class a yes-or-no question that the teacher's probability answers.</summary>
/// <remarks>
/// L = w_labels·CE(p, y) + w·mean_c [−q_c log σ(z_c) − (1−q_c) log(1−σ(z_c))], q = softmax(z_t), the mean over all
/// classes and samples. The BKD of ggjy/vision_weak_to_strong.
/// </remarks>
public sealed record BinaryKd : DistillationLoss, ICatalogued<LossEntry>
{
    /// <inheritdoc/>
    public override string Name => "Binary KD";

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch)
    {
        var loss = nn.functional.binary_cross_entropy_with_logits(
            student.Values, Teacher(student, batch).Probabilities(), reduction: nn.Reduction.None);
        return new(new LossTerm("teacher", loss.mean([1])));
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new BinaryKd(), "distillation",
            @"\tfrac1C\sum_c \left[-q_c \log\sigma(z_c) - (1-q_c)\log(1-\sigma(z_c))\right]",
            "ggjy/vision_weak_to_strong (BKD)"),
    ];
}
