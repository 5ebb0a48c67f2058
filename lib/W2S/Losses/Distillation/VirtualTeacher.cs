using TorchSharp;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.Distillation;

/// <summary>A teacher that knows only the labels: the control that shows how much of distillation is label
/// smoothing.</summary>
/// <remarks>
/// u_k = a for the label, (1−a)/(C−1) for the others; q = softmax(u/T); L = w_labels·CE(p, y) + w·KL(q‖p).
/// Yuan et al., Revisiting Knowledge Distillation via Label Smoothing Regularization, CVPR 2020 (arXiv 1909.11723),
/// Tf-KD_reg as in its code, which softens the probabilities u themselves and leaves the student's logits as they are.
/// The code's mean over all B·C entries times its multiplier of 100 is, for CIFAR-100, the mean over samples here.
/// </remarks>
public sealed record VirtualTeacher()
    : DistillationLoss(labelWeight: 0.9, distillationWeight: 0.1), ICatalogued<LossEntry>
{
    /// <summary>a, the virtual teacher's probability of the label.</summary>
    /// <value>0.99.</value>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 to 1.</exception>
    public double Correct { get; init => field = Option.Fraction(value); } = 0.99;

    /// <summary>T, which softens the virtual teacher.</summary>
    /// <value>20.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public double Temperature { get; init => field = Option.Positive(value); } = 20;

    /// <inheritdoc/>
    public override string Name => "Virtual teacher";

    /// <inheritdoc/>
    public override bool NeedsTeacher => false;

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch)
    {
        var classes = batch.LabelClasses(Name).unsqueeze(1);
        var others = student.Values.detach().Constant((1 - Correct) / (student.Classes - 1));
        var u = others.scatter(1, classes, classes.to_type(ScalarType.Float64).Constant(Correct));
        var teacher = new Logits(u.Times(1 / Temperature));
        return new(new LossTerm("teacher", Distance(student, teacher, 1)));
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new VirtualTeacher(), "control", @"\mathrm{KL}(q \Vert p),\quad q = \mathrm{softmax}(u/T),\ u_y = a",
            "Yuan et al., CVPR 2020, arXiv 1909.11723"),
    ];
}
