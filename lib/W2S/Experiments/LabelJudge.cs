using TorchSharp;
using W2S.Analysis;
using W2S.Data.Sources;
using W2S.Losses;
using W2S.Losses.NoisyLabels;
using W2S.Selection;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>Judges a student's view of the labels that it learns, with the truth that it never sees.</summary>
internal sealed class LabelJudge(Loss loss, DataPart split, Tensor given, Tensor? teacher)
{
    private readonly bool[] right = split.Right;
    private readonly Loss labels = loss is LabelsAndTeacher both ? both.Labels : loss;

    /// <summary>Numbers of a moment: what the student says of the training images, and which given labels it, or its
    /// loss, trusts.</summary>
    /// <remarks>
    /// <c>train truth</c>: share of training images whose true class it names. <c>memorised</c>: of the wrong labels,
    /// the share that it repeats.
    /// <c>trusted</c> and <c>trusted right</c>: coverage and precision of the labels that the loss learns at that
    /// moment by its own rule, over the whole set; for a loss without a rule, of the labels to which the student gives
    /// at least ½.
    /// </remarks>
    public Dictionary<string, double> Judge(Tensor logits, double epoch, double epochs)
    {
        var said = logits.argmax(1).data<long>().ToArray();
        var wrong = Enumerable.Range(0, right.Length).Where(i => !right[i]).ToArray();
        var trusted = SelectionQuality.Of(Trusted(logits, epoch, epochs), right);
        var numbers = new Dictionary<string, double>
        {
            ["train truth"] = said.Zip(split.Truth).Average(pair => pair.First == pair.Second ? 1.0 : 0),
            ["trusted"] = trusted.Coverage,
        };
        if (wrong.Length > 0) numbers["memorised"] = wrong.Average(i => said[i] == split.Given[i] ? 1.0 : 0);
        if (trusted.Kept > 0) numbers["trusted right"] = trusted.Accuracy;
        return numbers;
    }

    /// <summary>The labels that an image's neighbours confirm.</summary>
    /// <param name="selection">By which rule.</param>
    /// <param name="features">The images' features.</param>
    /// <param name="given">Their given labels, on the features' device.</param>
    /// <param name="part">The images.</param>
    /// <param name="classes">C.</param>
    /// <param name="who">Who learns them.</param>
    /// <returns>Their rows, and how good they are.</returns>
    public static (long[] Rows, SelectionQuality Quality) Confirm(NeighbourSelection selection, Tensor features,
        Tensor given, DataPart part, int classes, string who)
    {
        var kept = selection.Select(features, given, classes);
        return kept.Rows is { Length: > 0 } rows ? (rows, SelectionQuality.Of(kept.Selected, part.Right))
            : throw new InvalidOperationException(
                $"{who}: the neighbours confirm no label; take a larger Quantile or other Neighbours");
    }

    private bool[] Trusted(Tensor logits, double epoch, double epochs)
    {
        var rule = labels switch
        {
            TrustedLabels own => own,
            SmallLoss small =>
                new TrustedLabels(Likely with { Share = small.KeepRate(epoch, epochs) })
                { JudgedByTeacher = small.JudgedByTeacher },
            _ => new TrustedLabels(Likely with { Threshold = 0.5 }),
        };
        return rule.Choose(given, logits, teacher).Trusted.data<bool>().ToArray();
    }

    private static LabelSelection Likely { get; } = new(Confidence.StudentLikelihood);
}
