using TorchSharp;
using W2S.Losses;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>What supervises a set of samples: labels, a teacher, or both; each tensor has a row for every
/// sample.</summary>
public sealed record Supervision
{
    /// <summary>True (or noisy) labels: int64 [N], or distributions float [N, C]. Null where only the teacher
    /// supervises.</summary>
    public Tensor? Labels { get; init; }

    /// <summary>The teacher's logits, [N, C]. Null where only labels supervise.</summary>
    public Tensor? TeacherLogits { get; init; }

    /// <summary>The truth, int64 [N], for oracle controls alone.</summary>
    public Tensor? TrueLabels { get; init; }

    /// <summary>A weight for each sample, float [N]; null counts all alike.</summary>
    public Tensor? Weights { get; init; }

    /// <summary>A weight for each sample's weak label, float [N], on top of <see cref="Weights"/>.</summary>
    public Tensor? TeacherWeights { get; init; }

    /// <summary>Supervision by labels alone.</summary>
    /// <param name="labels">A class number for each sample.</param>
    /// <returns>The supervision; its tensor is owned by the current dispose scope.</returns>
    /// <exception cref="ArgumentException">A label is negative.</exception>
    public static Supervision ByLabels(IReadOnlyList<long> labels)
    {
        Checks.Labels(labels, classes: null);
        return new Supervision { Labels = tensor(labels.ToArray()) };
    }

    /// <summary>Supervision by a teacher alone.</summary>
    /// <param name="logits">[N, C].</param>
    /// <returns>The supervision.</returns>
    /// <exception cref="ArgumentException">Shape or type does not fit, or a logit is NaN or +∞.</exception>
    public static Supervision ByTeacher(Tensor logits)
    {
        Checks.Logits(logits);
        return new Supervision { TeacherLogits = logits };
    }

    /// <summary>The same rows of every tensor.</summary>
    internal Supervision Rows(Tensor indices) => Each(all => all.index_select(0, indices));

    /// <summary>What a loss may look at, for the student's logits of the same rows.</summary>
    internal LossBatch Batch(Tensor logits, double epoch, double epochs) => new(logits)
    {
        Labels = Labels,
        TeacherLogits = TeacherLogits,
        TrueLabels = TrueLabels,
        Weights = Weights,
        TeacherWeights = TeacherWeights,
        Epoch = epoch,
        Epochs = epochs,
    };

    /// <summary>λ times each row plus 1 − λ times the row at the mirrored place.</summary>
    internal static Tensor Mix(Tensor rows, double lambda)
    {
        using Scalar own = lambda.ToScalar(), other = (1 - lambda).ToScalar();
        return rows.mul(own).add_(rows.flip(0).mul_(other), Numerics.One);
    }

    /// <summary>What supervises a batch that is mixed with itself in reverse order: labels as distributions, the
    /// teacher's logits mixed alike; there is nothing else, as <see cref="CheckMixable"/> says.</summary>
    internal Supervision Mixed(double lambda, int classes) => Each(rows => Mix(
        rows.dim() == 1 ? nn.functional.one_hot(rows, classes).to_type(ScalarType.Float32) : rows, lambda));

    /// <exception cref="ArgumentException">There is what has no meaning for a mixture of two samples.</exception>
    internal void CheckMixable()
    {
        foreach (var (name, rows) in ((string, Tensor?)[])[(nameof(Weights), Weights),
            (nameof(TeacherWeights), TeacherWeights), (nameof(TrueLabels), TrueLabels)])
        {
            if (rows is not null)
                throw new ArgumentException(
                    $"{name} are given and mixup is on, but a mixture of two samples has none of its own; train on "
                    + $"the chosen samples alone, without {name}");
        }
    }

    /// <summary>The same on another device, owned by the current dispose scope.</summary>
    internal Supervision To(Device device) =>
        Each(rows => (rows.is_floating_point() ? rows : rows.to_type(ScalarType.Int64)).to(device));

    private Supervision Each(Func<Tensor, Tensor> make)
    {
        return new Supervision
        {
            Labels = Made(Labels),
            TeacherLogits = Made(TeacherLogits),
            TrueLabels = Made(TrueLabels),
            Weights = Made(Weights),
            TeacherWeights = Made(TeacherWeights),
        };

        Tensor? Made(Tensor? rows) => rows is null ? null : make(rows);
    }

    /// <summary>Whether it fits so many samples and classes; asked once, where a training begins.</summary>
    /// <exception cref="ArgumentException">Something does not, or nothing supervises.</exception>
    internal void Check(long samples, int classes)
    {
        if (Labels is null && TeacherLogits is null)
            throw new ArgumentException("nothing supervises: give Labels, TeacherLogits or both");
        if (Labels is { } labels)
        {
            if (labels.is_floating_point()) Checks.Distribution(labels, samples, classes, nameof(Labels));
            else Checks.Labels(labels, samples, classes, nameof(Labels));
        }
        if (TeacherLogits is { } logits)
        {
            Checks.Logits(logits, nameof(TeacherLogits));
            if (!logits.shape.SequenceEqual([samples, classes]))
                throw new ArgumentException(
                    $"{nameof(TeacherLogits)} of shape {logits.Shape()} for {samples} samples and {classes} classes; "
                    + $"give [{samples}, {classes}]");
        }
        if (TrueLabels is { } truth) Checks.Labels(truth, samples, classes, nameof(TrueLabels));
        if (Weights is { } weights) Checks.Weights(weights, samples, nameof(Weights));
        if (TeacherWeights is { } weak) Checks.Weights(weak, samples, nameof(TeacherWeights));
    }
}
