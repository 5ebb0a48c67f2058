using TorchSharp;
using W2S.Losses.WeakToStrong;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.NoisyLabels;

/// <summary>A loss on labels beside a loss from a teacher, each of any kind: for labels that plain cross entropy would
/// trust too much.</summary>
/// <remarks>
/// L = L_labels + L_teacher, the latter without its own label part. With <c>Bootstrapping.LabelCorrection</c> and
/// <c>AdaptConf</c> it is the loss of the noisy-label experiments of Guo et al., arXiv 2402.03749.
/// </remarks>
/// <param name="Labels">What the labels teach, for instance <c>Bootstrapping</c> or <c>SmallLoss</c>.</param>
/// <param name="Teacher">What the teacher teaches; its label weight is set to 0.</param>
public sealed record LabelsAndTeacher(Loss Labels, DistillationLoss Teacher)
    : Loss, ILearnableLoss, ICatalogued<LossEntry>
{
    /// <inheritdoc/>
    public override string Name => $"{Teacher.Name} + {char.ToLowerInvariant(Labels.Name[0])}{Labels.Name[1..]}";

    /// <summary>Makes the learnable part of the loss that has one.</summary>
    /// <param name="example">A batch with both networks' features.</param>
    /// <returns>The module, or an empty one where neither has any.</returns>
    public nn.Module CreateModule(LossBatch example) =>
        (Teacher as ILearnableLoss ?? Labels as ILearnableLoss)?.CreateModule(example) ?? nn.Identity();

    /// <inheritdoc/>
    public override bool NeedsPlain(double epoch, double epochs) => Labels.NeedsPlain(epoch, epochs);

    /// <inheritdoc/>
    public override bool NeedsTeacher => Labels.NeedsTeacher || Teacher.NeedsTeacher;

    /// <inheritdoc/>
    public override bool NeedsValidation => Labels.NeedsValidation || Teacher.NeedsValidation;

    /// <inheritdoc/>
    public override LossParts Compute(LossBatch batch)
    {
        using var scope = NewDisposeScope();
        var (labels, teacher) = (Labels.Compute(batch), Teacher.TeacherOnly().Compute(batch));
        return new LossParts(labels.Total.Plus(teacher.Total), [.. labels.Parts, .. teacher.Parts])
        {
            PerSample = labels.PerSample is { } a && teacher.PerSample is { } b ? a.Plus(b) : null,
            Diagnostics = [.. labels.Diagnostics, .. teacher.Diagnostics],
        }.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override bool HasClosedForm => Labels.HasClosedForm && Teacher.HasClosedForm;

    /// <inheritdoc/>
    protected internal override void Differentiate(LogitSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        Labels.Differentiate(sample);
        Teacher.DifferentiateTeacher(sample);
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new LabelsAndTeacher(Bootstrapping.LabelCorrection, new AdaptConf()), "noisy labels",
            @"L_{\text{labels}} + L_{\text{teacher}}", "Guo et al., arXiv 2402.03749, noisy labels"),
    ];
}
