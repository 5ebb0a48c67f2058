using TorchSharp;
using W2S.Selection;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.WeakToStrong;

/// <summary>A loss that follows a label selection made anew in every batch, with the student as it is then.</summary>
/// <remarks>L = L_inner on the selected labels. A selection that does not depend on the student can be made once,
/// before training, by <see cref="LabelSelection.Select"/>; one by <see cref="Confidence.ViewAgreement"/> must be,
/// because a batch has no augmented views of the teacher.</remarks>
/// <param name="Selection">Which weak labels to trust.</param>
/// <param name="Inner">The loss on what is left.</param>
public sealed record Selective(LabelSelection Selection, Loss Inner)
    : Loss, ILearnableLoss, ICatalogued<LossEntry>
{
    /// <inheritdoc/>
    public override string Name => $"{Inner.Name}, selected by {Selection.Measure}";

    /// <summary>Makes the inner loss's learnable part.</summary>
    /// <param name="example">A batch with both networks' features.</param>
    /// <returns>The inner loss's module, or an empty one where it has none.</returns>
    public nn.Module CreateModule(LossBatch example) =>
        Inner is ILearnableLoss learnable ? learnable.CreateModule(example) : nn.Identity();

    /// <inheritdoc/>
    public override bool NeedsTeacher => true;

    /// <inheritdoc/>
    protected internal override Tensor Criterion(LossBatch batch) => Inner.Criterion(batch);

    /// <inheritdoc/>
    public override bool NeedsPlain(double epoch, double epochs) => Inner.NeedsPlain(epoch, epochs);

    /// <inheritdoc/>
    public override LossParts Compute(LossBatch batch)
    {
        using var scope = NewDisposeScope();
        var selected = batch.Select(Selection);
        var parts = Inner.Compute(selected);
        var weights = selected.TeacherWeights!.to_type(parts.Total.dtype);
        return (parts with { Diagnostics = [.. parts.Diagnostics, ("selection", weights)] }).MoveToOuterDisposeScope();
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new Selective(new LabelSelection(Confidence.MaxProbability) { Share = 0.5 }, new WeakCrossEntropy()),
            "weak to strong", @"L \text{ on the labels that a selection trusts}", "any LabelSelection before any loss"),
    ];
}
