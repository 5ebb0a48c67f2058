using TorchSharp;
using W2S.Analysis;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.WeakToStrong;
using W2S.Runs;
using W2S.Selection;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments.LabelChoice;

/// <summary>A way to believe label, teacher or student: labels in, targets out.</summary>
/// <param name="Labels">What facets call it; null where role or loss says all.</param>
/// <param name="Choose">The images and targets that a student learns.</param>
internal sealed record GivenRule(string? Labels, Func<GivenWitnesses, GivenChoice> Choose)
{
    /// <summary>The part that the student plays.</summary>
    public Role Role { get; init; } = Role.Student;

    /// <summary>Whether the teacher takes part.</summary>
    public bool Teacher { get; init; } = true;

    /// <summary>A loss of the library on label and teacher; null for cross entropy to what is chosen.</summary>
    public DistillationLoss? Loss { get; init; }

    /// <summary>Whether its predictions are kept: under the claims of page 05.</summary>
    public bool Predicts { get; init; }

    /// <summary>All rules, in the order of tables.</summary>
    public static IReadOnlyList<GivenRule> All { get; } =
    [
        new(null, of => GivenChoice.ByLabels(of.Rest, of.Given)) { Role = Role.StrongAlone, Teacher = false,
            Predicts = true },
        new(null, of => GivenChoice.ByLabels(arange(of.Checked, ScalarType.Int64), of.Truth) with
            { LearnsChecked = true }) { Role = Role.FewTrueLabels, Teacher = false },
        new(null, of => GivenChoice.ByLabels(of.Rest, of.Truth)) { Role = Role.Ceiling, Teacher = false,
            Predicts = true },
        With(new WeakCrossEntropy().TeacherOnly()), With(new Kd()), With(new AdaptConf()),
        With(new AdaptConf().TeacherOnly()),
        Half("random half", of => of.Chance),
        Half("teacher’s likelihood", of => of.AtGiven(GivenWitnesses.Probabilities(of.Teacher))),
        Half("student’s likelihood", of => of.AtGiven(GivenWitnesses.Probabilities(of.Student))),
        Half("teacher’s and student’s likelihood", of => of.AtGiven(GivenWitnesses.Probabilities(of.Both))),
        Half("neighbours’ votes", of => of.AtGiven(of.Neighbours)),
        Half("confident learning", of => [.. Found(of).Trust]),
        Half("learned P(right)", of => of.Right),
        Half("right labels first (oracle)", of => [.. of.Part.Right.Select(right => right ? 1.0 : 0)]),
        Kept("confident learning, own share", of => [.. Found(of).Kept]),
        Kept("loss mixture, own share", of => [.. LossMixture.Fit([.. of.AtGiven(
            GivenWitnesses.Probabilities(of.Student)).Select(p => -Math.Log(p))]).Clean.Select(p => p >= .5)]),
        Kept("learned P(right), own share", of => [.. of.Right.Select(p => p >= .5)]),
        Target("word of all three, raw", of => of.Word.exp()),
        Target("word of all three", of => GivenWitnesses.Probabilities(of.Calibrated)),
        Target("conformal sets", Sets),
        Target("label in its conformal set, else the set", of =>
        {
            var sets = Sets(of);
            return where(sets.At(of.Given).gt(0).unsqueeze(1), of.OneHot(of.Given), sets);
        }),
        Target("label or word, by P(right)", of => of.Weighed()) with { Predicts = true },
        new("label or word, with checked labels", WithChecked),
    ];

    private static GivenRule With(DistillationLoss loss) => new(null, of => new(of.Rest, loss,
        new Supervision { Labels = loss.LabelWeight > 0 ? of.Given : null, TeacherLogits = of.Teacher }, []))
    { Loss = loss };

    // Scores of all labels; the surest share of those that are not checked is kept.
    private static GivenRule Half(string name, Func<GivenWitnesses, double[]> score) => new(name, of =>
    {
        var scores = score(of)[of.Checked..];
        var choice = GivenChoice.Keep(of, SelectionQuality.Top(scores, of.Study.Coverage));
        choice.Values["AUC"] = SelectionQuality.Auc(scores, of.Part.Right[of.Checked..]);
        return choice;
    });

    private static GivenRule Kept(string name, Func<GivenWitnesses, bool[]> keep) =>
        new(name, of => GivenChoice.Keep(of, keep(of)[of.Checked..]));

    private static GivenRule Target(string name, Func<GivenWitnesses, Tensor> target) =>
        new(name, of => GivenChoice.ByTargets(of, target(of)));

    private static ConfidentLearning Found(GivenWitnesses of) => ConfidentLearning.Find(of.Student, of.Given);

    // The word of all three within the image's set, scaled to sum 1.
    private static Tensor Sets(GivenWitnesses of)
    {
        var sets = ConformalSets.Fit(of.Calibrated.narrow(0, 0, of.Checked), of.Truth.narrow(0, 0, of.Checked),
            of.Study.Miss).Of(of.Calibrated);
        var within = GivenWitnesses.Probabilities(of.Calibrated) * sets.to_type(ScalarType.Float64);
        return within / within.sum(1, keepdim: true);
    }

    private static GivenChoice WithChecked(GivenWitnesses of)
    {
        var target = of.Weighed();
        target.narrow(0, 0, of.Checked).copy_(of.OneHot(of.Truth.narrow(0, 0, of.Checked)));
        return GivenChoice.ByTargets(of, target) with
        { Rows = arange(of.Part.Count, ScalarType.Int64), LearnsChecked = true };
    }
}

/// <summary>What a student learns.</summary>
/// <param name="Rows">int64: the positions of the images.</param>
/// <param name="Loss">The loss.</param>
/// <param name="By">A row for every labelled image.</param>
/// <param name="Values">What is known of the labels.</param>
internal sealed record GivenChoice(Tensor Rows, Loss Loss, Supervision By, Dictionary<string, double> Values)
{
    /// <summary>Whether checked images are among them.</summary>
    public bool LearnsChecked { get; init; }

    public static GivenChoice ByLabels(Tensor rows, Tensor labels) =>
        new(rows, new CrossEntropy(), new Supervision { Labels = labels }, []);

    /// <summary>The labels kept of those that are not checked.</summary>
    public static GivenChoice Keep(GivenWitnesses of, bool[] keep)
    {
        var quality = SelectionQuality.Of(keep, of.Part.Right[of.Checked..]);
        return ByLabels(tensor([.. Enumerable.Range(0, keep.Length).Where(i => keep[i]).Select(
            i => (long)(i + of.Checked))]), of.Given) with
        {
            Values = new() { ["coverage"] = quality.Coverage, ["label accuracy"] = quality.Accuracy },
        };
    }

    /// <summary>Distributions for all images that are not checked.</summary>
    public static GivenChoice ByTargets(GivenWitnesses of, Tensor target)
    {
        var right = target.argmax(1).eq(of.Truth).narrow(0, of.Checked, of.Part.Count - of.Checked);
        return new(of.Rest, ProbeStudent.Soft.Loss,
            new Supervision { TeacherLogits = target.AtLeast(1e-12).log().to_type(ScalarType.Float32) },
            new() { ["label accuracy"] = right.to_type(ScalarType.Float64).mean().item<double>() });
    }
}
