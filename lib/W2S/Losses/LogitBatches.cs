using TorchSharp;
using static TorchSharp.torch;

namespace W2S.Losses;

/// <summary>Batches of samples from one set under a loss in closed form: turns their logits into gradients, in
/// place.</summary>
internal sealed unsafe class LogitBatches : IDisposable
{
    private readonly Loss loss;
    private readonly LogitTargets targets;
    private readonly float[]? weights, teacherWeights;

    /// <param name="loss">Has a closed form.</param>
    /// <param name="set">What supervises the set, a row a sample, on the CPU, checked as a whole; its student's logits
    /// are not looked at.</param>
    /// <param name="classes">C.</param>
    /// <exception cref="ArgumentException">The loss lacks something.</exception>
    public LogitBatches(Loss loss, LossBatch set, int classes)
    {
        this.loss = loss;
        using var scope = NewDisposeScope();
        // The loss itself says what it is made of, and what it lacks or does not fit.
        var few = tensor(Rows(set) == 1 ? [0L] : (long[])[0, 1]);
        var parts = loss.Compute(set with
        {
            StudentLogits = zeros(few.shape[0], classes),
            Labels = set.Labels?.index_select(0, few),
            TeacherLogits = set.TeacherLogits?.index_select(0, few),
            TrueLabels = set.TrueLabels?.index_select(0, few),
            Weights = set.Weights?.index_select(0, few),
            TeacherWeights = set.TeacherWeights?.index_select(0, few),
        });
        targets = new LogitTargets(classes, set.Labels, set.TeacherLogits, set.TrueLabels);
        Sample = new LogitSample(targets, [.. parts.Parts.Select(part => part.Name)],
            [.. parts.Diagnostics.Select(x => x.Name)])
        {
            Epochs = set.Epochs,
        };
        weights = Numbers(set.Weights);
        teacherWeights = Combine(weights, Numbers(set.TeacherWeights));
    }

    /// <summary>C up to whole vectors of eight: how long a row of logits is. The padding holds
    /// <see cref="LogitSample.Never"/>.</summary>
    public int Padded => targets.Padded;

    /// <summary>Whether there are labels.</summary>
    public bool Labelled => targets.Labels is not null;

    /// <summary>Whether there is a teacher.</summary>
    public bool Taught => targets.TeacherTops is not null;

    /// <summary>Holds the sums of values over the latest batch.</summary>
    public LogitSample Sample { get; }

    /// <summary>Writes the gradient of the batch's loss over its logits.</summary>
    /// <param name="rows">Of the set, one a sample of the batch.</param>
    /// <param name="logits">[rows, padded].</param>
    /// <param name="epoch">Epochs finished.</param>
    /// <returns>How often the most likely class is the label's, and the teacher's.</returns>
    public (int Right, int Agreed) Differentiate(ReadOnlySpan<int> rows, float* logits, double epoch)
    {
        var (label, teacher) = (1 / Sum(weights, rows), 1 / Sum(teacherWeights, rows));
        var (right, agreed) = (0, 0);
        Sample.StartBatch();
        Sample.Epoch = epoch;
        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            var z = logits + (nint)i * Padded;
            Sample.Start(z, row, label * (weights?[row] ?? 1), teacher * (teacherWeights?[row] ?? 1));
            loss.Differentiate(Sample);
            if (targets.Labels is { } labels && Sample.Top == labels[row]) right++;
            if (targets.TeacherTops is { } tops && Sample.Top == tops[row]) agreed++;
            Sample.Finish(z);
        }
        return (right, agreed);
    }

    public void Dispose()
    {
        targets.Dispose();
        Sample.Dispose();
    }

    // Where all weights are 0 the mean is 0: then any divisor does.
    private static double Sum(float[]? weights, ReadOnlySpan<int> rows)
    {
        if (weights is null) return rows.Length;
        var sum = 0.0;
        foreach (var row in rows) sum += weights[row];
        return sum == 0 ? 1 : sum;
    }

    private static long Rows(LossBatch set) => (set.Labels ?? set.TeacherLogits ?? set.StudentLogits).shape[0];

    private static float[]? Numbers(Tensor? weights) =>
        weights is null ? null : [.. weights.detach().to_type(ScalarType.Float32).contiguous().data<float>()];

    private static float[]? Combine(float[]? weights, float[]? others) =>
        weights is null || others is null ? weights ?? others : [.. weights.Zip(others, (a, b) => a * b)];
}
