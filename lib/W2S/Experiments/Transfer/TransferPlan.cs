using W2S.Data.Shapes;
using W2S.Data.Sources;
using W2S.Losses;
using W2S.Runs;

namespace W2S.Experiments.Transfer;

/// <summary>A new task, a weak and a strong public network for it, and how both are fine-tuned; makes the runs of every
/// method, depth and seed.</summary>
public sealed record TransferPlan
{
    /// <summary>The task's images.</summary>
    /// <value>EuroSAT.</value>
    public DataPlan Data { get; init; } = Task(FolderSource.EuroSat);

    /// <summary>The teacher's network and what it has seen, as <see cref="FrozenNetwork.Public"/> names it.</summary>
    /// <value>cifar10_resnet20.</value>
    public string Weak { get; init; } = "cifar10_resnet20";

    /// <summary>The student's.</summary>
    /// <value>cifar100_resnet56.</value>
    public string Strong { get; init; } = "cifar100_resnet56";

    /// <summary>Whether both start from their public weights, or from random ones.</summary>
    /// <value>True.</value>
    public bool Pretrained { get; init; } = true;

    /// <summary>Passes over the images.</summary>
    /// <value>6.</value>
    public int Epochs { get; init; } = 6;

    /// <summary>Under full fine-tuning, the learning rate of a block over that of the next.</summary>
    /// <value>0.9.</value>
    public double LayerDecay { get; init; } = .9;

    /// <summary>A task of 200 labelled and 1,000 unlabelled images; 200 choose the epoch and 1,000 judge.</summary>
    /// <param name="pool">The images.</param>
    /// <returns>The plan; every seed deals anew.</returns>
    public static DataPlan Task(DataSource pool) =>
        new() { Pool = pool, Labelled = 200, Validation = 200, Unlabelled = 1_000, Test = 1_000 };

    /// <summary>Ten forms that the library draws, for a page without data.</summary>
    /// <param name="perClass">Pictures of each.</param>
    /// <returns>The pictures.</returns>
    public static DataSource Shapes(int perClass = 300) => new ShapesSource(
        new ShapesOptions { Count = 10 * perClass, Forms = 10, Labels = ShapeLabels.Form, Difficulty = 0.6 }, 2);

    /// <summary>The teacher of a seed: full fine-tuning on the labelled part.</summary>
    /// <param name="seed">The seed.</param>
    /// <returns>The run.</returns>
    /// <exception cref="ArgumentException">The weak network's name has another form.</exception>
    public TransferExperiment TeacherRun(long seed) => Run(Weak, seed, TransferDepth.Full) with
    { Role = Role.WeakTeacher };

    /// <summary>The strong network without a teacher: on the teacher's own labels, or as the ceiling on the truth of
    /// the unlabelled part.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="depth">How much of it is trained.</param>
    /// <param name="ceiling">Whether it sees the truth of the unlabelled part.</param>
    /// <returns>The run.</returns>
    /// <exception cref="ArgumentException">The strong network's name has another form.</exception>
    public TransferExperiment Alone(long seed, TransferDepth depth, bool ceiling) =>
        Run(Strong, seed, depth) with { UnlabelledTruth = ceiling };

    /// <summary>A student that sees its teacher, and the true labels beside it where asked.</summary>
    /// <param name="loss">The loss; without labels its weight of them is set to 0.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="depth">How much of it is trained.</param>
    /// <param name="labels">Whether it sees the true labels too.</param>
    /// <returns>The run.</returns>
    /// <exception cref="ArgumentException">A network's name has another form.</exception>
    public TransferExperiment Taught(DistillationLoss loss, long seed, TransferDepth depth, bool labels = false)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return Run(Strong, seed, depth) with
        {
            Teacher = TeacherRun(seed),
            Loss = labels ? loss : loss.TeacherOnly(),
            UnlabelledTruth = labels,
        };
    }

    private TransferExperiment Run(string name, long seed, TransferDepth depth)
    {
        var known = new PublicNetwork(name);
        var run = new TransferExperiment
        {
            Data = Data,
            Network = known.Network,
            Weights = Pretrained ? known.File : null,
            Normalization = known.Normalization,
            Seed = seed,
            Depth = depth,
        };
        return run with
        {
            Training = run.Training
            with
            { Epochs = Epochs, LayerDecay = depth == TransferDepth.Full ? LayerDecay : 1 }
        };
    }
}
