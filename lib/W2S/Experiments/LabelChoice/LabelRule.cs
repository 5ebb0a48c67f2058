using W2S.Selection;

namespace W2S.Experiments.LabelChoice;

/// <summary>Whose label an image gets.</summary>
public enum LabelSource
{
    /// <summary>The first teacher's.</summary>
    FirstTeacher,

    /// <summary>That of the teacher with the best accuracy on the validation labels: what a pool is worth before
    /// anybody looks at single images.</summary>
    BestTeacher,

    /// <summary>The student's own, after it was taught by the first teacher: self-training.</summary>
    Student,

    /// <summary>For each image that of the surest teacher.</summary>
    SurestTeacher,

    /// <summary>For each image that of whoever is surest, a teacher or the student.</summary>
    SurestOfAll,

    /// <summary>All teachers, each with its accuracy on the validation labels as its vote.</summary>
    VotesByAccuracy,

    /// <summary>An upper bound: the true label wherever a teacher or the student names it, else the first
    /// teacher's.</summary>
    AnyoneRight,

    /// <summary>The ceiling: true labels of the student's images.</summary>
    Truth,

    /// <summary>The control: no weak label; the student learns from the true labels that teachers and validation
    /// used.</summary>
    FewTrueLabels,
}

/// <summary>In which order labels are trusted.</summary>
public enum LabelOrder
{
    /// <summary>By chance: the control.</summary>
    Random,

    /// <summary>By <see cref="Confidence.MaxProbability"/>.</summary>
    MaxProbability,

    /// <summary>By <see cref="Confidence.ViewAgreement"/> of the first teacher.</summary>
    ViewAgreement,

    /// <summary>By <see cref="Confidence.TeacherLikelihood"/>.</summary>
    TeacherLikelihood,

    /// <summary>By <see cref="Confidence.StudentLikelihood"/>.</summary>
    StudentLikelihood,

    /// <summary>Right labels first: an upper bound that nobody can have.</summary>
    Oracle,
}

/// <summary>Which label each image gets, and which labels the student learns from.</summary>
/// <param name="Source">Whose label.</param>
public sealed record LabelRule(LabelSource Source)
{
    /// <summary>Whether every source's logits are first divided by its own temperature, fitted on the validation
    /// labels.</summary>
    /// <value>false: what each says, as it says it.</value>
    public bool Calibrated { get; init; }

    /// <summary>Whether the student also sees the true labels that teachers and validation used: labels and teacher
    /// together.</summary>
    /// <value>false.</value>
    public bool WithLabels { get; init; }

    /// <summary>In which order labels are trusted.</summary>
    /// <value>By the largest probability.</value>
    public LabelOrder Order { get; init; } = LabelOrder.MaxProbability;

    /// <summary>The share of labels that is trusted.</summary>
    /// <value>1: all.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0 and at most 1.</exception>
    public double Coverage
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Coverage), value,
                FormattableString.Invariant(
                    $"coverage {value} is not above 0 and at most 1; give the share of labels to trust"));
    } = 1;

    /// <summary>What becomes of the others.</summary>
    /// <value>They are dropped.</value>
    public Distrusted Distrusted { get; init; } = Distrusted.Drop;

    /// <summary>The first teacher's labels, all of them: plain weak-to-strong learning.</summary>
    public static LabelRule OneTeacher { get; } = new(LabelSource.FirstTeacher);

    /// <summary>Ways to give every image a label.</summary>
    public static IReadOnlyList<LabelRule> Picks { get; } =
    [
        OneTeacher, OneTeacher with { Calibrated = true }, new(LabelSource.BestTeacher), new(LabelSource.Student),
        new(LabelSource.SurestTeacher), new(LabelSource.SurestTeacher) { Calibrated = true },
        new(LabelSource.SurestOfAll), new(LabelSource.SurestOfAll) { Calibrated = true },
        new(LabelSource.VotesByAccuracy), new(LabelSource.AnyoneRight),
        OneTeacher with { WithLabels = true }, new(LabelSource.VotesByAccuracy) { WithLabels = true },
    ];

    /// <summary>The few of these that tell whom a pool of teachers is worth listening to.</summary>
    public static IReadOnlyList<LabelRule> KeyPicks { get; } =
    [
        OneTeacher, new(LabelSource.BestTeacher), new(LabelSource.SurestTeacher),
        new(LabelSource.SurestTeacher) { Calibrated = true }, new(LabelSource.VotesByAccuracy),
        new(LabelSource.AnyoneRight), new(LabelSource.VotesByAccuracy) { WithLabels = true },
    ];

    /// <summary>Ways to trust the same share of the first teacher's labels.</summary>
    /// <param name="coverage">The share.</param>
    /// <returns>One rule an order, then the two that do not drop.</returns>
    public static IReadOnlyList<LabelRule> Selections(double coverage) =>
    [
        .. Enum.GetValues<LabelOrder>().Select(order => OneTeacher with { Order = order, Coverage = coverage }),
        OneTeacher with { Coverage = coverage, Distrusted = Distrusted.Weigh },
        OneTeacher with { Coverage = coverage, Distrusted = Distrusted.ReplaceSoft },
    ];

    /// <summary>The ceiling and the control that every result stands between.</summary>
    public static IReadOnlyList<LabelRule> Ends { get; } =
        [new(LabelSource.FewTrueLabels), new(LabelSource.Truth)];

    /// <summary>What charts and tables call it, for instance <c>Surest teacher</c>, or <c>Margin</c> for the half of
    /// one teacher's labels with the largest margin.</summary>
    public string Title => Coverage == 1
        ? Source switch
        {
            LabelSource.FirstTeacher => "One teacher",
            LabelSource.BestTeacher => "Best teacher",
            LabelSource.Student => "Student itself",
            LabelSource.SurestTeacher => "Surest teacher",
            LabelSource.SurestOfAll => "Surest of all",
            LabelSource.VotesByAccuracy => "Votes by accuracy",
            LabelSource.AnyoneRight => "Anyone right (oracle)",
            LabelSource.Truth => "True labels",
            _ => "Few true labels",
        } + (Calibrated ? ", calibrated" : "") + (WithLabels ? " + true labels" : "")
        : TitleOf(Order) + Distrusted switch
        {
            Distrusted.Drop => "",
            Distrusted.Weigh => ", weigh the rest",
            _ => ", replace the rest",
        };

    /// <summary>What charts call an order.</summary>
    /// <param name="order">The order.</param>
    /// <returns>For instance <c>Max probability</c>.</returns>
    public static string TitleOf(LabelOrder order) => order switch
    {
        LabelOrder.MaxProbability => "Max probability",
        LabelOrder.ViewAgreement => "View agreement",
        LabelOrder.TeacherLikelihood => "Teacher’s likelihood",
        LabelOrder.StudentLikelihood => "Student’s likelihood",
        LabelOrder.Oracle => "Right first (oracle)",
        _ => order.ToString(),
    };
}
