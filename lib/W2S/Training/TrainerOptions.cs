using TorchSharp;
using W2S.Torch;

namespace W2S.Training;

/// <summary>The type in which a network's forward pass computes.</summary>
public enum Precision
{
    /// <summary>32 bits throughout.</summary>
    Float32,

    /// <summary>Convolutions and matrix products in bfloat16 (autocast); weights, gradients and losses stay in 32 bits.
    /// On a CPU it is faster only where <see cref="Devices.MultipliesBFloat16"/>.</summary>
    BFloat16,
}

/// <summary>Which weights the student holds when the run has ended.</summary>
public enum FinalWeights
{
    /// <summary>Those after the last step.</summary>
    Last,

    /// <summary>Those of the best validation.</summary>
    Best,
}

/// <summary>How a student is trained.</summary>
public sealed record TrainerOptions
{
    /// <summary>Passes over the images.</summary>
    /// <value>10.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int Epochs { get; init => field = Option.Positive(value); } = 10;

    /// <summary>Updates after which the run ends; the schedule then runs over these instead of the epochs.</summary>
    /// <value>Null: the epochs decide.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public long? Steps { get; init => field = value is { } given ? Option.Positive(given) : null; }

    /// <summary>How the weights follow the gradient.</summary>
    /// <value>SGD, rate 0.1, Nesterov momentum 0.9, weight decay 5e-4.</value>
    public Optimizer Optimizer { get; init; } = new Sgd(0.1) { Nesterov = true, WeightDecay = 5e-4 };

    /// <summary>The learning rate over the run.</summary>
    /// <value>Cosine to 0.</value>
    public LearningRateSchedule Schedule { get; init; } = new CosineSchedule();

    /// <summary>The batch size for which the learning rate is meant; it grows in proportion to the batch.</summary>
    /// <value>Null: the rate holds for any batch.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int? LearningRateBatch { get; init => field = value is { } given ? Option.Positive(given) : null; }

    /// <summary>Factor of the learning rate from each block to the one before it; the head has 1.</summary>
    /// <value>1; 0.65 to 0.75 for a pre-trained transformer.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not in (0, 1].</exception>
    public double LayerDecay { get; init => field = Option.Positive(Option.Fraction(value)); } = 1;

    /// <summary>Whether biases, norms and other one-dimensional parameters decay too.</summary>
    /// <value>False.</value>
    public bool DecayBiasesAndNorms { get; init; }

    /// <summary>The type of the forward pass.</summary>
    /// <value>Float32.</value>
    public Precision Precision { get; init; }

    /// <summary>Whether images and weights lie with the channels last, which convolutions prefer on the CPU and on
    /// tensor cores.</summary>
    /// <value>True.</value>
    /// <remarks>For comparisons only: on the CPU, libtorch 2.10's convolutions in the plain layout are right only where
    /// numbers of channels are multiples of 16.</remarks>
    public bool ChannelsLast { get; init; } = true;

    /// <summary>Beginnings of the names of parameters that stay as they are, for instance <c>conv1</c> or
    /// <c>layer1.</c>; layers that are frozen altogether also keep their running statistics.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> Frozen { get; init; } = [];

    /// <summary>Whether only the head is trained. Without augmentation a <see cref="LinearProbe"/> does the same in a
    /// fraction of the time.</summary>
    /// <value>False.</value>
    public bool FrozenBackbone { get; init; }

    /// <summary>Seed of dropout and of a loss's own parameters; the batches have their own.</summary>
    /// <value>0.</value>
    public long Seed { get; init; }

    /// <summary>Updates between reports; the end of an epoch always reports.</summary>
    /// <value>50.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int ReportEvery { get; init => field = Option.Positive(value); } = 50;

    /// <summary>Epochs between evaluations; the end of the run always evaluates.</summary>
    /// <value>1.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int EvaluateEvery { get; init => field = Option.Positive(value); } = 1;

    /// <summary>Evaluations without a new best after which the run ends.</summary>
    /// <value>Null: it goes to its end.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int? Patience { get; init => field = value is { } given ? Option.Positive(given) : null; }

    /// <summary>Which weights the student holds in the end.</summary>
    /// <value>The last.</value>
    public FinalWeights Final { get; init; }

    /// <summary>Where checkpoints, <c>best.safetensors</c> and <c>last.safetensors</c> go; a run found there goes on
    /// where it stood.</summary>
    /// <value>Null: nothing is kept.</value>
    public string? Folder { get; init; }

    /// <summary>Updates between checkpoints; the end of an epoch always leaves one, and so do five minutes.</summary>
    /// <value>Null: at the end of epochs only.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int? CheckpointEvery { get; init => field = value is { } given ? Option.Positive(given) : null; }

    /// <summary>Where the run computes.</summary>
    /// <value>Null: where the student is.</value>
    public torch.Device? Device { get; init; }

    /// <summary>Threads of an operation on the CPU; results are equal bit for bit only for the same number.</summary>
    /// <value>Null: as <see cref="Devices.UseThreads"/> chooses.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int? Threads { get; init => field = value is { } given ? Option.Positive(given) : null; }

    /// <summary>Whether every step is checked for NaN before the weights move: costs nothing on the CPU and a wait for
    /// the device elsewhere, where steps are checked at reports and checkpoints, and the first bad one is named
    /// then.</summary>
    internal bool? ChecksEveryStep { get; init; }

    /// <summary>What decides about the numbers of a run, as text: equal texts, equal runs.</summary>
    internal string Identity => string.Join("; ",
        this with
        {
            Frozen = [],
            Folder = null,
            Device = null,
            Threads = null,
            ReportEvery = 1,
            CheckpointEvery = null,
        },
        $"frozen {string.Join(",", Frozen)}");
}
