using W2S.Torch;

namespace W2S.Training;

/// <summary>How a linear probe is trained; the defaults are OpenAI's protocol at the size of a small set.</summary>
public sealed record LinearProbeOptions
{
    /// <summary>The number of updates.</summary>
    /// <value>600.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int Steps { get; init => field = Positive(value, nameof(Steps)); } = 600;

    /// <summary>Samples in a batch, drawn with replacement.</summary>
    /// <value>256.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int BatchSize { get; init => field = Positive(value, nameof(BatchSize)); } = 256;

    /// <summary>How the weights follow the gradient; the rate falls to 0 along a cosine.</summary>
    /// <value>Adam, learning rate 1e-2, weight decay 1e-4.</value>
    public Optimizer Optimizer { get; init; } = new Adam(1e-2) { WeightDecay = 1e-4 };

    /// <summary>The learning rate over the run.</summary>
    /// <value>Cosine to 0.</value>
    public LearningRateSchedule Schedule { get; init; } = new CosineSchedule();

    /// <summary>Whether features are brought to mean 0 and standard deviation 1 by those of the training
    /// part.</summary>
    /// <value>True.</value>
    public bool Standardize { get; init; } = true;

    /// <summary>α of mixup: each batch is mixed with itself in reverse order, features, labels and teacher's logits
    /// alike, λ ~ Beta(α, α).</summary>
    /// <value>0: no mixup.</value>
    /// <remarks>A linear teacher's logits on mixed images are the mixed logits exactly, where it sees features that are
    /// mixed alike.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double Mixup { get; init => field = Option.NotNegative(value); }

    /// <summary>Seed of the first weights, of the batches and of mixup.</summary>
    /// <value>0.</value>
    public long Seed { get; init; }

    /// <summary>Steps between reports, each of which is a point of the history; the last step always reports.</summary>
    /// <value>50.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int ReportEvery { get; init => field = Positive(value, nameof(ReportEvery)); } = 50;

    private static int Positive(int value, string name) =>
        value > 0 ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} {value} is not positive; give 1 or more");
}
