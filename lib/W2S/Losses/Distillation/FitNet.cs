using TorchSharp;
using TorchSharp.Modules;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Losses.Distillation;

/// <summary>FitNet: the student's feature maps, projected, imitate the teacher's.</summary>
/// <remarks>
/// L = w_labels·CE(p, y) + w·Σ_stages mean (P_s F_s − F_t)², with P_s a learned 1×1 convolution without bias.
/// Romero et al., FitNets, ICLR 2015 (arXiv 1412.6550); all stages with weight 1, as in ggjy/vision_weak_to_strong.
/// Both networks need as many stages, of the same height and width.
/// </remarks>
public sealed record FitNet : DistillationLoss, ILearnableLoss, ICatalogued<LossEntry>
{
    /// <inheritdoc/>
    public override string Name => "FitNet";

    /// <inheritdoc/>
    public nn.Module CreateModule(LossBatch example)
    {
        var (student, teacher) = FeatureLoss.Both(example, Name);
        if (student.Stages.Count != teacher.Stages.Count || student.Stages.Count == 0)
            throw new ArgumentException(
                $"FitNet pairs stages: the student has {student.Stages.Count} and the teacher {teacher.Stages.Count}; "
                + "give as many of each", nameof(example));
        foreach (var (s, t) in student.Stages.Zip(teacher.Stages))
            if (!s.shape[2..].SequenceEqual(t.shape[2..]))
                throw new ArgumentException(
                    $"FitNet compares maps of one size: the student's {s.Shape()} faces the teacher's {t.Shape()}; "
                    + "choose networks whose stages match", nameof(example));
        return new FitNetProjections([.. student.Stages.Zip(teacher.Stages, (s, t) => (s.shape[1], t.shape[1]))],
            student.Stages[0].Wide());
    }

    /// <inheritdoc/>
    protected internal override TeacherTerms Teach(Logits student, LossBatch batch)
    {
        var (own, teacher) = FeatureLoss.Both(batch, Name);
        var projected = FeatureLoss.Module<FitNetProjections>(batch, Name).forward(own.Stages);
        var distances = projected.Zip(teacher.Stages, (s, t) => FeatureLoss.MeanSquare(s, t.Wide()));
        return new(new LossTerm("teacher", distances.Aggregate((a, b) => a.Plus(b))));
    }

    static IReadOnlyList<LossEntry> ICatalogued<LossEntry>.Entries =>
    [
        new(new FitNet(), "distillation", @"\sum_s \overline{(P_s F^s_{\text{student}} - F^s_{\text{teacher}})^2}",
            "Romero et al., ICLR 2015, arXiv 1412.6550"),
    ];
}

/// <summary>The learnable part of <see cref="FitNet"/>: a 1×1 convolution for each stage, <c>projections.0</c>,
/// <c>projections.1</c>, …</summary>
internal sealed class FitNetProjections : nn.Module<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>>
{
    private readonly ModuleList<Conv2d> projections = [];

    internal FitNetProjections(IReadOnlyList<(long Student, long Teacher)> channels, Tensor like)
        : base(nameof(FitNetProjections))
    {
        foreach (var (student, teacher) in channels)
        {
            var projection = nn.Conv2d(student, teacher, kernel_size: 1, bias: false);
            nn.init.kaiming_normal_(projection.weight!, mode: nn.init.FanInOut.FanOut,
                nonlinearity: nn.init.NonlinearityType.ReLU);
            projections.Add(projection);
        }
        RegisterComponents();
        this.to(like.device, like.dtype);
    }

    /// <summary>Projects each stage to the teacher's channels.</summary>
    /// <param name="stages">The student's stages, [B, c_s, h, w].</param>
    /// <returns>[B, c_t, h, w] for each.</returns>
    public override IReadOnlyList<Tensor> forward(IReadOnlyList<Tensor> stages) =>
        [.. stages.Zip(projections, (x, projection) => projection.forward(x.to_type(projection.weight!.dtype)))];
}
