using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Noise;
using W2S.Data.Sources;
using W2S.Losses;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Models;
using W2S.Runs;
using W2S.Selection;
using W2S.Training;

namespace W2S.Experiments;

/// <summary>Networks trained whole on noisy labels, in two stages: the paper's noisy-label setting.</summary>
/// <remarks>
/// <para>First stage: all images, their noisy labels, cross entropy with mixup. Second stage (Sel-CL+): the images
/// whose labels the first stage's features confirm (<see cref="NeighbourSelection"/>), a new head, mixup, label
/// correction, and a teacher on top where there is one. The teacher is a first-stage network in evaluation mode, and
/// sees the mixed images as the student does.</para>
/// <para>Not as published: the first stage of Sel-CL is contrastive (queue of 10,000, similarity loss), this one is
/// supervised; and images to judge by decide nothing, where the reference takes its best epoch on them. Guo et al.,
/// arXiv 2402.03749, with ShikunLi/Sel-CL.</para>
/// </remarks>
public sealed record NoisyPlan
{
    /// <summary>The images, and the noise on the labels of those to train on.</summary>
    public required DataPlan Data { get; init; }

    /// <summary>The teacher's network.</summary>
    /// <value>preactresnet18.</value>
    public NetworkSource Weak { get; init; } = new CatalogueNetwork("preactresnet18")
    { Normalization = Normalization.Cifar100 };

    /// <summary>The student's network.</summary>
    /// <value>preactresnet34.</value>
    public NetworkSource Strong { get; init; } = new CatalogueNetwork("preactresnet34")
    { Normalization = Normalization.Cifar100 };

    /// <summary>Which labels of the first stage the second keeps.</summary>
    /// <value>Sel-CL's 250 neighbours, the median class.</value>
    public NeighbourSelection Selection { get; init; } = new();

    /// <summary>What the teacher teaches in the second stage.</summary>
    /// <value>AdaptConf, T = 0.5, β rising over the first quarter.</value>
    public DistillationLoss Loss { get; init; } = new AdaptConf { WarmUp = 0.25 };

    /// <summary>The first stage's training.</summary>
    /// <value>250 epochs, SGD, rate 0.1 along a cosine (the reference drops it tenfold after 125 and 200), momentum
    /// 0.9, weight decay 1e-4.</value>
    public TrainerOptions First { get; init; } =
        new() { Epochs = 250, Optimizer = new Sgd(0.1) { WeightDecay = 1e-4 } };

    /// <summary>The second stage's training.</summary>
    /// <value>70 epochs, SGD, rate 1e-3 throughout, momentum 0.9, weight decay 1e-4.</value>
    public TrainerOptions Second { get; init; } = new()
    {
        Epochs = 70,
        Optimizer = new Sgd(1e-3) { WeightDecay = 1e-4 },
        Schedule = new ConstantSchedule(),
    };

    /// <summary>The number of images of a batch.</summary>
    /// <value>128.</value>
    public int BatchSize { get; init; } = 128;

    /// <summary>CIFAR-100 whole, with noise: 50,000 images to train on, 10,000 to judge by.</summary>
    /// <param name="noise">The noise.</param>
    /// <returns>The images.</returns>
    public static DataPlan Cifar100(NoiseSetting noise) => new()
    {
        Pool = new Cifar100Source(DataSplit.Train),
        TestPool = new Cifar100Source(DataSplit.Test),
        Labelled = 50_000,
        Noise = noise,
        Fixed = true,
    };

    /// <summary>The runs of a seed: the weak teacher and the strong network in the first stage, then the strong network
    /// in the second, without and with the teacher.</summary>
    /// <param name="seed">Decides noise, first weights, order and views.</param>
    /// <returns>The four runs.</returns>
    public IReadOnlyList<TrainNetwork> Runs(long seed)
    {
        var weak = new TrainNetwork
        {
            Scenario = "noisy labels, whole networks",
            Role = Role.WeakTeacher,
            Data = Data,
            Network = Weak,
            Seed = seed,
            BatchSize = BatchSize,
            Mixing = new MixOptions { Mixup = 1 },
            Training = First,
        };
        var strong = weak with { Role = null, Network = Strong };
        var second = strong with
        {
            Start = strong,
            Selection = Selection,
            Loss = Bootstrapping.LabelCorrection,
            Training = Second,
        };
        return [weak, strong, second,
            second with { Teacher = weak, Loss = new LabelsAndTeacher(Bootstrapping.LabelCorrection, Loss) }];
    }
}
