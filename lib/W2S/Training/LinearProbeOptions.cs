using W2S.Torch;

namespace W2S.Training;

/// <summary>How a linear probe is trained; the defaults are OpenAI's protocol at the size of a small set.</summary>
public sealed record LinearProbeOptions
{
    /// <summary>The number of updates.</summary>
    /// <value>600.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int Steps { get; init => field = Option.Positive(value); } = 600;

    /// <summary>Samples in a batch, drawn with replacement.</summary>
    /// <value>256.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int BatchSize { get; init => field = Option.Positive(value); } = 256;

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

    /// <summary>λ of the penalty: the objective is the mean loss + λ/2·‖W‖², W on the features as standardised; the
    /// bias is free.</summary>
    /// <value>0. The optimizer's own weight decay comes on top, and reaches the bias.</value>
    /// <remarks>The penalty's gradient λW is added to each batch's, whatever the optimizer, so that λ does not scale
    /// with batches or steps: with cross entropy and no other decay the minimum is that of a logistic regression whose
    /// objective is Σ loss + Nλ/2·‖W‖² (C = 1/(Nλ) where that is the name).</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double L2 { get; init => field = Option.NotNegative(value); }

    /// <summary>Candidates of <see cref="L2"/>: the one with the least cross entropy on a fifth of the probe's own
    /// labels, which is held out for that, is taken, and the probe trained anew on all; no truth is asked but what the
    /// probe learns from.</summary>
    /// <value>None: <see cref="L2"/> is as given. A usual choice is 1e-3, 1e-2, 1e-1, 1.</value>
    /// <remarks>Own labels are the labels of its <see cref="Supervision"/> where its loss learns from them, else the
    /// teacher's: its distribution, or its most likely class for a loss that sees no more. What is held out is drawn by
    /// <see cref="Seed"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">One is negative or not finite.</exception>
    public IReadOnlyList<double> ChooseL2
    {
        get; init => field = [.. value.Select(l2 => Option.NotNegative(l2))];
    } = [];

    /// <summary>Candidates of <see cref="Steps"/>, chosen together with <see cref="ChooseL2"/>.</summary>
    /// <value>None: <see cref="Steps"/> are as given.</value>
    /// <exception cref="ArgumentOutOfRangeException">One is not positive.</exception>
    public IReadOnlyList<int> ChooseSteps
    {
        get; init => field = [.. value.Select(steps => Option.Positive(steps))];
    } = [];

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
    public int ReportEvery { get; init => field = Option.Positive(value); } = 50;
}
