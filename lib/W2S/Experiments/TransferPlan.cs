using W2S.Data.Shapes;
using W2S.Data.Sources;
using W2S.Losses;
using W2S.Models;
using W2S.Runs;
using W2S.Training;

namespace W2S.Experiments;

/// <summary>A task, a weak and a strong network for it, and how both are trained; makes the runs of every method, depth
/// and seed.</summary>
public sealed record TransferPlan
{
    /// <summary>The kind of study that the runs belong to.</summary>
    /// <value>transfer.</value>
    public string Scenario { get; init; } = "transfer";

    /// <summary>The task's images.</summary>
    /// <value>EuroSAT.</value>
    public DataPlan Data { get; init; } = Task(FolderSource.EuroSat);

    /// <summary>The teacher's network.</summary>
    /// <value>cifar10_resnet20.</value>
    public NetworkSource Weak { get; init; } = new PublicNetwork("cifar10_resnet20");

    /// <summary>The student's network.</summary>
    /// <value>cifar100_resnet56.</value>
    public NetworkSource Strong { get; init; } = new PublicNetwork("cifar100_resnet56");

    /// <summary>Passes over the images.</summary>
    /// <value>6.</value>
    public int Epochs { get; init; } = 6;

    /// <summary>Passes over the labelled part, of the teacher and of the strong network that learns from it alone; it
    /// is smaller, so that the same number of steps takes more of them.</summary>
    /// <value>Null: as many as over the other images.</value>
    public int? LabelledEpochs { get; init; }

    /// <summary>Under full fine-tuning, the learning rate of a block over that of the next.</summary>
    /// <value>0.9.</value>
    public double LayerDecay { get; init; } = .9;

    /// <summary>Networks trained until they no longer gain, an hour and a half on two CPU cores for five seeds: a small
    /// network from nothing teaches one that is pretrained, and every run sees 15,000 images.</summary>
    /// <remarks>All seeds share one deal of the images.</remarks>
    public static TransferPlan Trained { get; } = new()
    {
        Data = Task(FolderSource.EuroSat) with { Fixed = true },
        Weak = new CatalogueNetwork("resnet20") { Normalization = Normalization.Cifar100 },
        Epochs = 15,
        LabelledEpochs = 75,
    };

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
    public TrainNetwork TeacherRun(long seed) =>
        Run(Weak, seed, TrainedDepth.Full, LabelledEpochs) with { Role = Role.WeakTeacher };

    /// <summary>The strong network without a teacher: on the teacher's own labels, or as the ceiling on the truth of
    /// the unlabelled part.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="depth">How much of it is trained.</param>
    /// <param name="ceiling">Whether it sees the truth of the unlabelled part.</param>
    /// <returns>The run.</returns>
    public TrainNetwork Alone(long seed, TrainedDepth depth = TrainedDepth.Full, bool ceiling = false) =>
        Run(Strong, seed, depth, ceiling ? null : LabelledEpochs) with { FromUnlabelled = ceiling };

    /// <summary>A student that sees its teacher, and the true labels beside it where asked.</summary>
    /// <param name="loss">The loss; without labels its weight of them is set to 0.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="depth">How much of it is trained.</param>
    /// <param name="labels">Whether it sees the true labels too.</param>
    /// <returns>The run.</returns>
    public TrainNetwork Taught(DistillationLoss loss, long seed, TrainedDepth depth = TrainedDepth.Full,
        bool labels = false)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return Run(Strong, seed, depth) with
        {
            Teacher = TeacherRun(seed),
            Loss = labels ? loss : loss.TeacherOnly(),
            FromUnlabelled = true,
            WithLabels = labels,
        };
    }

    /// <summary>What it takes to compare losses of students that see their teacher alone: the weak teacher, the strong
    /// network on its few labels, a student a loss, and the ceiling.</summary>
    /// <param name="losses">The losses.</param>
    /// <param name="seeds">How many: 0, 1, …; three or more for a claim.</param>
    /// <param name="depth">How much of the strong network is trained.</param>
    /// <returns>The runs.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="seeds"/> is not positive.</exception>
    public IReadOnlyList<TrainNetwork> Runs(IReadOnlyList<DistillationLoss> losses, int seeds,
        TrainedDepth depth = TrainedDepth.Full)
    {
        ArgumentNullException.ThrowIfNull(losses);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seeds);
        return [.. Enumerable.Range(0, seeds).SelectMany(seed => (IEnumerable<TrainNetwork>)
        [
            TeacherRun(seed), Alone(seed, depth), .. losses.Select(loss => Taught(loss, seed, depth)),
            Alone(seed, depth, ceiling: true),
        ])];
    }

    private TrainNetwork Run(NetworkSource network, long seed, TrainedDepth depth, int? epochs = null) => new()
    {
        Scenario = Scenario,
        Data = Data,
        Network = network,
        Depth = depth,
        Training = new TrainerOptions
        {
            Epochs = epochs ?? Epochs,
            ReportEvery = 1000,
            Optimizer = new Sgd(0.02) { Nesterov = true, WeightDecay = 5e-4 },
            Schedule = new CosineSchedule { WarmUpEpochs = 1, WarmUpStart = 0.1, Final = 0.01 },
            LayerDecay = depth == TrainedDepth.Full ? LayerDecay : 1,
        },
        Seed = seed,
    };
}
