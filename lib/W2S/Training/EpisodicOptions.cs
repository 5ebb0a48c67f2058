using TorchSharp;

namespace W2S.Training;

/// <summary>How a student is trained on few-shot tasks.</summary>
/// <remarks>Defaults of the meta stage of Chen et al., "Meta-Baseline", ICCV 2021.</remarks>
public sealed record EpisodicOptions
{
    /// <summary>Epochs; an epoch is a fixed number of updates.</summary>
    /// <value>20</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int Epochs { get; init => field = Positive(value, nameof(Epochs)); } = 20;

    /// <summary>Updates an epoch.</summary>
    /// <value>200</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int UpdatesPerEpoch { get; init => field = Positive(value, nameof(UpdatesPerEpoch)); } = 200;

    /// <summary>Tasks an update.</summary>
    /// <value>4</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int Episodes { get; init => field = Positive(value, nameof(Episodes)); } = 4;

    /// <summary>How the weights follow the gradient.</summary>
    /// <value>SGD, rate 0.001, momentum 0.9, weight decay 5e-4.</value>
    public Optimizer Optimizer { get; init; } = new Sgd(1e-3) { WeightDecay = 5e-4 };

    /// <summary>The learning rate over the run.</summary>
    /// <value>Constant.</value>
    public LearningRateSchedule Schedule { get; init; } = new ConstantSchedule();

    /// <summary>The scale of the cosines at the start.</summary>
    /// <value>10</value>
    public double Scale { get; init; } = 10;

    /// <summary>Tasks by which each epoch is judged on the validation classes.</summary>
    /// <value>200</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int ValidationEpisodes { get; init => field = Positive(value, nameof(ValidationEpisodes)); } = 200;

    /// <summary>Seed of the tasks and of dropout.</summary>
    /// <value>0</value>
    public long Seed { get; init; }

    /// <summary>Where checkpoints go; a run found there goes on where it stood.</summary>
    /// <value>Null: nothing is kept.</value>
    public string? Folder { get; init; }

    /// <summary>Where the run computes.</summary>
    /// <value>Null: where the student is.</value>
    public torch.Device? Device { get; init; }

    /// <summary>What decides about the numbers of a run, as text.</summary>
    internal string Identity => $"{this with { Folder = null, Device = null }}";

    private static int Positive(int value, string name) =>
        value > 0 ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} {value} is not positive; give 1 or more");
}
