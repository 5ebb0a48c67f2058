using W2S.Data.Sources;
using W2S.Losses;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Runs;
using W2S.Selection;

namespace W2S.Experiments;

/// <summary>A way in which a probe learns: the loss, and who is there to learn from.</summary>
/// <param name="Loss">The loss; whatever it needs of labels and teacher is given to it.</param>
public sealed record ProbeMethod(Loss Loss)
{
    /// <summary>Whether the given labels are shown to the loss.</summary>
    /// <value>true.</value>
    public bool Labels { get; init; } = true;

    /// <summary>Whether the weak teacher is there.</summary>
    /// <value><see cref="Loss.NeedsTeacher"/> of the loss.</value>
    public bool Teacher { get; init; } = Loss.NeedsTeacher;

    /// <summary>Whether the labels are the true ones: the ceiling.</summary>
    /// <value>false.</value>
    public bool TrueLabels { get; init; }

    /// <summary>Whether the probe stands on the weak network's features: the teacher itself.</summary>
    /// <value>false.</value>
    public bool Weak { get; init; }

    /// <summary>α of mixup.</summary>
    /// <value>0: none.</value>
    public double Mixup { get; init; }

    /// <summary>A selection of examples before training; only these are learned.</summary>
    /// <value>null: all.</value>
    public NeighbourSelection? Selection { get; init; }

    /// <summary>The weak teacher: cross entropy to the given labels on the weak network's features.</summary>
    public static ProbeMethod WeakTeacher { get; } = new(new CrossEntropy()) { Weak = true };

    /// <summary>The strong network alone with the given labels.</summary>
    public static ProbeMethod StrongAlone { get; } = new(new CrossEntropy());

    /// <summary>The ceiling: the strong network with the true labels of the students' images.</summary>
    public static ProbeMethod Ceiling { get; } = new(new CrossEntropy()) { TrueLabels = true };

    /// <summary>What students stand between: the weak teacher, the strong network alone, and the ceiling.</summary>
    public static IReadOnlyList<ProbeMethod> Ends { get; } = [WeakTeacher, StrongAlone, Ceiling];

    /// <summary>A teacher's loss without the labels.</summary>
    /// <param name="loss">The loss; its label part is left out.</param>
    /// <returns>The method.</returns>
    public static ProbeMethod TeacherOnly(DistillationLoss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return new(loss.TeacherOnly()) { Labels = false };
    }

    /// <summary>Cross entropy to the teacher's most likely class.</summary>
    public static ProbeMethod HardLabels { get; } = TeacherOnly(new WeakCrossEntropy(Hard: true));

    /// <summary>Cross entropy to the teacher's distribution.</summary>
    public static ProbeMethod SoftLabels { get; } = TeacherOnly(new WeakCrossEntropy());

    /// <summary>The second stage of Sel-CL+: only labels that the neighbours confirm, mixup, and label correction after
    /// 30/70 of the run.</summary>
    /// <param name="selection">The selection.</param>
    /// <param name="teacher">A teacher's loss on top; none where null.</param>
    /// <returns>The method.</returns>
    public static ProbeMethod SecondStage(NeighbourSelection selection, DistillationLoss? teacher = null) =>
        new(teacher is null ? Bootstrapping.LabelCorrection
            : new LabelsAndTeacher(Bootstrapping.LabelCorrection, teacher))
        { Selection = selection, Mixup = 1 };

    /// <summary>The part that it plays: without a teacher, the control with few true labels where a plan has unlabelled
    /// images for the taught, and else the strong network alone.</summary>
    internal Role RoleIn(DataPlan data) => Weak ? Role.WeakTeacher : TrueLabels ? Role.Ceiling
        : Loss is CrossEntropy { Smoothing: 0 } && Selection is null
            ? data.Unlabelled > 0 ? Role.FewTrueLabels : Role.StrongAlone : Role.Student;

    /// <summary>The name of the loss: of one for labels and one for a teacher that of the teacher's.</summary>
    internal string LossName => (Loss is LabelsAndTeacher both ? both.Teacher : Loss).Name;

    /// <summary>What is done with the labels beside a teacher's loss, or before any; null where they are simply
    /// learned.</summary>
    internal string? LabelsName => Selection is not null ? "confirmed labels"
        : Loss is LabelsAndTeacher both ? both.Labels.Name : null;
}
