using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>What supervises a set of samples: labels, a teacher, or both; each tensor has a row for every sample.</summary>
public sealed record Supervision
{
    /// <summary>True (or noisy) labels: int64 [N], or distributions float [N, C]. Null where only the teacher supervises.</summary>
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
    public static Supervision ByLabels(IReadOnlyList<long> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return new Supervision { Labels = tensor(labels.ToArray()) };
    }

    /// <summary>Supervision by a teacher alone.</summary>
    /// <param name="logits">[N, C].</param>
    /// <returns>The supervision.</returns>
    public static Supervision ByTeacher(Tensor logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        return new Supervision { TeacherLogits = logits };
    }

    /// <summary>The same rows of every tensor.</summary>
    internal Supervision Rows(Tensor indices)
    {
        return new Supervision
        {
            Labels = Pick(Labels),
            TeacherLogits = Pick(TeacherLogits),
            TrueLabels = Pick(TrueLabels),
            Weights = Pick(Weights),
            TeacherWeights = Pick(TeacherWeights),
        };

        Tensor? Pick(Tensor? all) => all?.index_select(0, indices);
    }

    private static readonly Scalar One = 1.ToScalar();

    /// <summary>λ times each row plus 1 − λ times the row at the mirrored place.</summary>
    internal static Tensor Mix(Tensor rows, double lambda)
    {
        using Scalar own = lambda.ToScalar(), other = (1 - lambda).ToScalar();
        return rows.mul(own).add_(rows.flip(0).mul_(other), One);
    }

    /// <summary>What supervises a batch that is mixed with itself in reverse order: labels as distributions, the teacher's logits mixed alike.</summary>
    internal Supervision Mixed(double lambda, int classes)
    {
        return new Supervision
        {
            Labels = Labels is { } labels ? Mix(labels.dim() == 1 ? nn.functional.one_hot(labels, classes).to_type(ScalarType.Float32) : labels, lambda) : null,
            TeacherLogits = TeacherLogits is { } logits ? Mix(logits, lambda) : null,
        };
    }

    /// <exception cref="ArgumentException">There is what has no meaning for a mixture of two samples.</exception>
    internal void CheckMixable()
    {
        foreach (var (name, rows) in ((string, Tensor?)[])[(nameof(Weights), Weights), (nameof(TeacherWeights), TeacherWeights), (nameof(TrueLabels), TrueLabels)])
        {
            if (rows is not null)
                throw new ArgumentException($"{name} are given and mixup is on, but a mixture of two samples has none of its own; train on the chosen samples alone, without {name}");
        }
    }

    /// <summary>The same on another device, owned by the current dispose scope.</summary>
    internal Supervision To(Device device) => new()
    {
        Labels = Labels?.to(device),
        TeacherLogits = TeacherLogits?.to(device),
        TrueLabels = TrueLabels?.to(device),
        Weights = Weights?.to(device),
        TeacherWeights = TeacherWeights?.to(device),
    };

    /// <exception cref="ArgumentException">A tensor does not have a row for each sample, or nothing supervises.</exception>
    internal void Check(long samples)
    {
        if (Labels is null && TeacherLogits is null)
            throw new ArgumentException("nothing supervises: give Labels, TeacherLogits or both");
        foreach (var (name, rows) in ((string, Tensor?)[])
            [(nameof(Labels), Labels), (nameof(TeacherLogits), TeacherLogits), (nameof(TrueLabels), TrueLabels), (nameof(Weights), Weights), (nameof(TeacherWeights), TeacherWeights)])
        {
            if (rows is not null && (rows.dim() == 0 || rows.shape[0] != samples))
                throw new ArgumentException($"{name} of shape [{string.Join(", ", rows.shape)}] for {samples} samples; give a row for each");
        }
    }
}
