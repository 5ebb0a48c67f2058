using TorchSharp;
using W2S.Analysis;
using W2S.Data.Sources;
using W2S.Selection;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Experiments.LabelChoice;

/// <summary>A part of a split that the cast spoke about.</summary>
public enum ChoicePart
{
    /// <summary>Images with labels for temperatures and votes.</summary>
    Validation,

    /// <summary>The student's images.</summary>
    Student,

    /// <summary>The images to judge by.</summary>
    Test,
}

/// <summary>What teachers and first student said of a split, and the labels that a rule makes of it.</summary>
public sealed class CastLogits
{
    private readonly IReadOnlyDictionary<string, Tensor> logits;
    private readonly long seed;

    internal CastLogits(DataParts split, long seed, IReadOnlyDictionary<string, Tensor> logits)
    {
        (Split, this.seed, this.logits) = (split, seed, logits);
        Teachers = logits.Keys.Count(key => key.EndsWith("/test", StringComparison.Ordinal)) - 1;
        var truth = Truth(ChoicePart.Validation);
        Scalings = [.. Enumerable.Range(0, Teachers + 1).Select(
            k => TemperatureScaling.Fit(Of(k, ChoicePart.Validation, calibrated: false), truth))];
    }

    /// <summary>The split.</summary>
    public DataParts Split { get; }

    /// <summary>How many teachers; the student has the number after the last.</summary>
    public int Teachers { get; }

    /// <summary>The temperature of each teacher, then the student's, fitted on the validation labels.</summary>
    public IReadOnlyList<TemperatureScaling> Scalings { get; } = [];

    /// <summary>What one of the cast said.</summary>
    /// <param name="who">A teacher's number, or <see cref="Teachers"/> for the student.</param>
    /// <param name="part">Of which images.</param>
    /// <param name="calibrated">Whether divided by its temperature.</param>
    /// <returns>[N, C].</returns>
    public Tensor Of(int who, ChoicePart part, bool calibrated = true)
    {
        var raw = logits[$"{(who == Teachers ? "student" : $"teacher{who}")}/{part.ToString().ToLowerInvariant()}"];
        return calibrated ? Scalings[who].Apply(raw) : raw;
    }

    /// <summary>The true labels of a part.</summary>
    /// <param name="part">The part of the images that is meant.</param>
    /// <returns>int64 [N].</returns>
    public Tensor Truth(ChoicePart part) => tensor((part switch
    {
        ChoicePart.Validation => Split.Validation,
        ChoicePart.Student => Split.Unlabelled,
        _ => Split.Test,
    }).Truth.ToArray());

    /// <summary>Gives every image of the student's part a label.</summary>
    /// <param name="rule">Whose labels.</param>
    /// <returns>Logits [N, C].</returns>
    /// <exception cref="ArgumentException">The rule has no weak labels.</exception>
    public Tensor Label(LabelRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        Tensor[] Teaching(ChoicePart part) =>
            [.. Enumerable.Range(0, Teachers).Select(k => Of(k, part, rule.Calibrated))];
        var student = Of(Teachers, ChoicePart.Student, rule.Calibrated);
        var teachers = Teaching(ChoicePart.Student);
        double[] ByAccuracy() =>
            TeacherPool.ByAccuracy(Teaching(ChoicePart.Validation), Truth(ChoicePart.Validation));
        return rule.Source switch
        {
            LabelSource.FirstTeacher => teachers[0],
            LabelSource.BestTeacher => ByAccuracy().Zip(teachers).MaxBy(teacher => teacher.First).Second,
            LabelSource.Student => student,
            LabelSource.SurestTeacher => TeacherPool.MostConfident(teachers).Logits,
            LabelSource.SurestOfAll => TeacherPool.MostConfident(teachers, student).Logits,
            LabelSource.VotesByAccuracy => TeacherPool.Ensemble(teachers, ByAccuracy()),
            LabelSource.AnyoneRight => AnyoneRight([.. teachers, student]),
            _ => throw new ArgumentException(
                $"the rule '{rule.Title}' learns from true labels; there are no weak ones to give", nameof(rule)),
        };
    }

    /// <summary>How much each of some labels of the student's part is trusted.</summary>
    /// <param name="labels">The labels' logits, [N, C].</param>
    /// <param name="order">In which order.</param>
    /// <returns>N scores, larger for more trusted.</returns>
    public double[] Trust(Tensor labels, LabelOrder order)
    {
        ArgumentNullException.ThrowIfNull(labels);
        using var scope = NewDisposeScope();
        if (order == LabelOrder.Random)
            return [.. Data.RandomSplit.Permutation((int)labels.shape[0], Seeds.Derive(seed, "trust")).Select(
                place => (double)place)];
        if (order == LabelOrder.Oracle)
            return [.. Accuracy.Correct(labels, Truth(ChoicePart.Student)).Select(right => right ? 1.0 : 0)];
        var measure = Enum.Parse<Confidence>(order.ToString());
        var scores = measure.Of(labels, Of(Teachers, ChoicePart.Student),
            measure == Confidence.ViewAgreement ? logits["views"] : null);
        return scores.data<double>().ToArray();
    }

    private Tensor AnyoneRight(IReadOnlyList<Tensor> all)
    {
        var truth = Truth(ChoicePart.Student);
        var named = all.Select(z => z.argmax(1).eq(truth)).Aggregate((a, b) => a | b).unsqueeze(1);
        return where(named, HardLabels.Logits(truth, all[0].shape[1], all[0]), all[0]);
    }
}
