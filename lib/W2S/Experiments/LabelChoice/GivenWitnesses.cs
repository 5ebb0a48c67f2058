using TorchSharp;
using W2S.Analysis;
using W2S.Data.Sources;
using W2S.Selection;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Experiments.LabelChoice;

/// <summary>What is known of each labelled image: its label, which may be wrong, and what teacher, student and
/// neighbours say of it; of the first ones also the truth. Tensors are owned by the scope in which it was
/// made.</summary>
internal sealed class GivenWitnesses
{
    // As in Sel-CL: a witness that gives a label nothing has said no more than that.
    private const double Least = .01;

    /// <param name="study">What the study asks for.</param>
    /// <param name="data">The split; its labelled part is spoken of.</param>
    /// <param name="teacher">Logits [N, C] that never saw the image's label.</param>
    /// <param name="student">The student's.</param>
    /// <param name="neighbours">Float64 [N, C], the neighbours' votes.</param>
    public GivenWitnesses(GivenLabels study, DataParts data, Tensor teacher, Tensor student, Tensor neighbours)
    {
        (Study, Part, Classes, Teacher, Student, Neighbours) =
            (study, data.Labelled, data.Classes, teacher, student, neighbours);
        Given = tensor(Part.Given.ToArray());
        Truth = tensor(Part.Truth.ToArray());
        Rest = arange(Checked, Part.Count, ScalarType.Int64);
        Both = (Probabilities(teacher).Plus(Probabilities(student)) / 2).log();
        Word = ((Both.exp() * 2 + neighbours) / 3).AtLeast(1e-12).log();
        Calibrated = TemperatureScaling.Fit(Word.narrow(0, 0, Checked), Truth.narrow(0, 0, Checked)).Apply(Word);
        var evidence = Evidence();
        Right = LabelTrust.Learn(evidence[..Checked], Part.Right[..Checked]).Of(evidence);
    }

    public GivenLabels Study { get; }

    public DataPart Part { get; }

    public int Classes { get; }

    /// <summary>How many of the first images are checked.</summary>
    public int Checked => Study.Checked;

    public Tensor Teacher { get; }

    public Tensor Student { get; }

    public Tensor Neighbours { get; }

    /// <summary>int64 [N].</summary>
    public Tensor Given { get; }

    /// <summary>int64 [N].</summary>
    public Tensor Truth { get; }

    /// <summary>The positions of the images that are not checked.</summary>
    public Tensor Rest { get; }

    /// <summary>The mean of teacher's and student's probabilities, as logits [N, C].</summary>
    public Tensor Both { get; }

    /// <summary>The mean of the probabilities of all three, as logits [N, C].</summary>
    public Tensor Word { get; }

    /// <summary>The same at the temperature that the checked images ask for.</summary>
    public Tensor Calibrated { get; }

    /// <summary>P(right) of each given label, learned from the checked ones.</summary>
    public double[] Right { get; }

    /// <summary>A random score of each label.</summary>
    public double[] Chance => [.. Data.RandomSplit.Permutation(Part.Count, Seeds.Derive(Study.Seed, "trust")).Select(
        place => (double)place)];

    /// <summary>What a distribution gives each given label.</summary>
    public double[] AtGiven(Tensor probabilities) => probabilities.At(Given).cpu().data<double>().ToArray();

    public static Tensor Probabilities(Tensor logits) =>
        nn.functional.softmax(logits.to_type(ScalarType.Float64), 1);

    /// <summary>Float64 [N, C]: all of it on the label.</summary>
    public Tensor OneHot(Tensor labels) => nn.functional.one_hot(labels, Classes).to_type(ScalarType.Float64);

    /// <summary>Float64 [N, C]: the given label with P(right), the rest of it as the witnesses share it among the other
    /// classes.</summary>
    public Tensor Weighed()
    {
        using var scope = NewDisposeScope();
        var label = OneHot(Given);
        var others = Probabilities(Calibrated) * label.OneMinus();
        others /= others.sum(1, keepdim: true).AtLeast(1e-12);
        var right = tensor(Right).unsqueeze(1);
        return (label * right + others * right.OneMinus()).MoveToOuterDisposeScope();
    }

    // For each witness: what it gives the label, and how far that lies below what it gives its own class.
    private double[][] Evidence()
    {
        using var scope = NewDisposeScope();
        double[][] columns = [.. new[] { Probabilities(Teacher), Probabilities(Student), Neighbours }.SelectMany(p =>
        {
            var log = p.AtLeast(Least).log();
            var own = log.At(Given);
            return new[] { own, own - log.amax([1]) };
        }).Select(column => column.cpu().data<double>().ToArray())];
        return [.. Enumerable.Range(0, Part.Count).Select(i => columns.Select(column => column[i]).ToArray())];
    }
}
