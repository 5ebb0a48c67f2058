using TorchSharp;
using W2S.Analysis;
using static TorchSharp.torch;

namespace W2S.Runs;

/// <summary>What a network says of each image of a set, small enough to be kept and committed: every metric on it can
/// be computed again.</summary>
/// <param name="Labels">The true class of each image.</param>
/// <param name="Classes">The most likely class.</param>
/// <param name="Confidence">Its probability, in half precision.</param>
/// <param name="Nll">−log of the probability of the true class in nats, in half precision.</param>
public sealed record SamplePredictions(
    IReadOnlyList<int> Labels, IReadOnlyList<int> Classes, IReadOnlyList<float> Confidence, IReadOnlyList<float> Nll)
{
    /// <summary>The number of images.</summary>
    public int Count => Labels.Count;

    /// <summary>Share of images whose class is right, 0 … 1.</summary>
    public double Accuracy => Correct.Count(right => right) / (double)Count;

    /// <summary>Mean negative log-likelihood in nats.</summary>
    public double MeanNll => Nll.Average(value => (double)value);

    /// <summary>Whether each image's class is right.</summary>
    public bool[] Correct => [.. Classes.Zip(Labels, (said, true_) => said == true_)];

    /// <summary>Takes them from logits.</summary>
    /// <param name="logits">[N, C].</param>
    /// <param name="labels">int64 [N].</param>
    /// <returns>The predictions.</returns>
    /// <exception cref="ArgumentException">Shapes, types or labels do not fit.</exception>
    public static SamplePredictions Of(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var nll = Scores.NllPerSample(logits, labels); // checks both
        var truth = labels.cpu().to_type(ScalarType.Int32).data<int>().ToArray();
        var said = logits.argmax(1).cpu().to_type(ScalarType.Int32).data<int>().ToArray();
        return new SamplePredictions(truth, said, Halved(Scores.Confidence(logits)), Halved(nll));
    }

    /// <summary>Share of images of which both say the same, 0 … 1.</summary>
    /// <param name="other">Predictions for the same images, for instance the teacher's.</param>
    /// <returns>The agreement.</returns>
    /// <exception cref="ArgumentException">The images are others.</exception>
    public double Agreement(SamplePredictions other)
    {
        RequireSameImages(other);
        return Classes.Zip(other.Classes).Count(pair => pair.First == pair.Second) / (double)Count;
    }

    /// <summary>Whether each image is right or wrong for student and teacher.</summary>
    /// <param name="teacher">The teacher's predictions for the same images.</param>
    /// <returns>The cell of each image.</returns>
    /// <exception cref="ArgumentException">The images are others.</exception>
    public CorrectnessCell[] Cells(SamplePredictions teacher)
    {
        RequireSameImages(teacher);
        return CorrectnessCells.PerSample(Correct, teacher.Correct);
    }

    internal static string LabelsAt(string prefix) => $"{prefix}/labels";

    internal IReadOnlyDictionary<string, Tensor> Tensors(string prefix, bool withLabels)
    {
        var tensors = new Dictionary<string, Tensor>
        {
            [$"{prefix}/classes"] = Small(Classes),
            [$"{prefix}/confidence"] = tensor(Confidence.ToArray(), ScalarType.Float16),
            [$"{prefix}/nll"] = tensor(Nll.ToArray(), ScalarType.Float16),
        };
        if (withLabels) tensors[LabelsAt(prefix)] = Small(Labels);
        return tensors;
    }

    /// <exception cref="KeyNotFoundException">One of the four arrays is missing.</exception>
    internal static SamplePredictions From(IReadOnlyDictionary<string, Tensor> tensors, string hash, string set)
    {
        using var scope = NewDisposeScope();
        var prefix = $"{hash}/{set}";
        return new(Integers(LabelsAt(tensors.ContainsKey(LabelsAt(prefix)) ? prefix : set)),
            Integers($"{prefix}/classes"), Floats($"{prefix}/confidence"), Floats($"{prefix}/nll"));

        int[] Integers(string name) => tensors[name].to_type(ScalarType.Int32).data<int>().ToArray();
        float[] Floats(string name) => tensors[name].to_type(ScalarType.Float32).data<float>().ToArray();
    }

    private void RequireSameImages(SamplePredictions other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!Labels.SequenceEqual(other.Labels))
            throw new ArgumentException(
                $"these are predictions for {Count} images and the others for {other.Count} of which the labels "
                + "differ; compare predictions for the same images", nameof(other));
    }

    internal static Tensor Small(IReadOnlyList<int> values) =>
        tensor(values.ToArray(), values.Max() < 256 ? ScalarType.Byte : ScalarType.Int32);

    private static float[] Halved(IEnumerable<double> values) =>
        [.. values.Select(value => (float)(Half)Math.Min(value, (double)Half.MaxValue))];
}
