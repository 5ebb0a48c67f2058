using W2S.Data;
using W2S.Data.Shapes;
using W2S.Data.Sources;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Models;
using W2S.Runs;
using W2S.Training;

namespace W2S.Experiments;

/// <summary>A pair of networks and how both are trained; makes the runs of every method and seed.</summary>
public sealed record DistillationPlan
{
    /// <summary>The images.</summary>
    /// <value>The first ten classes of CIFAR-100, 400 images of each to learn from.</value>
    public DataPlan Data { get; init; } = Cifar100(10, 400, 100);

    /// <summary>The teacher's network, by its name in <see cref="W2S.Models.ModelCatalogue"/>.</summary>
    /// <value>resnet8.</value>
    public string Teacher { get; init; } = "resnet8";

    /// <summary>The student's network.</summary>
    /// <value>resnet20.</value>
    public string Student { get; init; } = "resnet20";

    /// <summary>The teacher's passes over the images; few make it weak.</summary>
    /// <value>2.</value>
    public int TeacherEpochs { get; init; } = 2;

    /// <summary>The student's passes over the images.</summary>
    /// <value>6.</value>
    public int Epochs { get; init; } = 6;

    /// <summary>The number of images of a batch.</summary>
    /// <value>64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>The learning rate after the warm-up; from there it falls along a cosine.</summary>
    /// <value>0.1.</value>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Epochs over which the learning rate rises.</summary>
    /// <value>1.</value>
    public double WarmUpEpochs { get; init; } = 1;

    /// <summary>How views are made.</summary>
    /// <value>Crop with a margin of 4 pixels, and flip.</value>
    public Augmentation Augmentation { get; init; } = Augmentation.Standard;

    /// <summary>Two cores, minutes: ten classes of CIFAR-100 at 16×16, ResNet-8 after two epochs → ResNet-20 after
    /// six.</summary>
    public static DistillationPlan Small { get; } = new() { Data = Cifar100(10, 300, 50, size: 16) };

    /// <summary>Two cores, minutes a run: ten classes of CIFAR-100 at 16×16, ResNet-8 → WRN-16-2, both trained until
    /// their accuracy rises no further.</summary>
    /// <remarks>All 600 images of a class are dealt, once for all seeds: 300 to learn from, 50 that choose the epoch,
    /// and 250 that judge, more than the set's own test part has.</remarks>
    public static DistillationPlan Trained { get; } = new()
    {
        Data = new DataPlan
        {
            Pool = new JoinedSource(new Cifar100Source(DataSplit.Train), new Cifar100Source(DataSplit.Test))
                .OfClasses([.. Enumerable.Range(0, 10)]).Resized(16),
            Labelled = 300,
            Validation = 50,
            Test = 250,
            PerClass = true,
            Fixed = true,
        },
        Student = "wrn-16-2",
        TeacherEpochs = 40,
        Epochs = 40,
    };

    /// <summary>Seconds: a smoke test whose numbers say nothing.</summary>
    public static DistillationPlan Quick { get; } = Small with
    {
        Data = Cifar100(5, 24, 10, test: 30, size: 16),
        TeacherEpochs = 1,
        Epochs = 2,
        Student = "resnet14",
    };

    /// <summary>The setting of Guo et al. for a GPU: all of CIFAR-100 at 32×32, 240 epochs, batches of 512, rate 0.2,
    /// resized crops.</summary>
    /// <remarks>Differs from it where it must: 50 training images a class choose the epoch, which their code chooses on
    /// the test set.</remarks>
    public static DistillationPlan Paper { get; } = new()
    {
        Data = Cifar100(100, 450, 50),
        Teacher = "resnet20",
        Student = "resnet56",
        TeacherEpochs = 240,
        Epochs = 240,
        BatchSize = 512,
        LearningRate = 0.2,
        WarmUpEpochs = 10,
        Augmentation = new Augmentation { ResizedCrop = new RandomResizedCrop(), Flip = true },
    };

    /// <summary>The first classes of CIFAR-100, dealt once for all seeds; training and validation images come from its
    /// training part, test images from its test part.</summary>
    /// <param name="classes">How many classes, up to 100.</param>
    /// <param name="train">Images of each to learn from.</param>
    /// <param name="validation">Images of each that choose the epoch.</param>
    /// <param name="test">Images of each to judge by; there are 100.</param>
    /// <param name="size">Pixels of each side: 32, or less by averaging.</param>
    /// <returns>The plan.</returns>
    public static DataPlan Cifar100(int classes, int train, int validation, int test = 100, int size = 32) =>
        Plan(new Cifar100Source(DataSplit.Train), new Cifar100Source(DataSplit.Test), 100, classes, train, validation,
            test, size);

    /// <summary>The same of pictures that the library draws.</summary>
    /// <param name="classes">How many classes of form and colour, up to 20.</param>
    /// <param name="train">Images of each to learn from.</param>
    /// <param name="validation">Images of each that choose the epoch.</param>
    /// <param name="test">Images of each to judge by.</param>
    /// <param name="size">Pixels of each side: 32, or less by averaging.</param>
    /// <returns>The plan.</returns>
    public static DataPlan Shapes(int classes, int train, int validation, int test = 100, int size = 32)
    {
        return Plan(Drawn(train + validation, 11), Drawn(test, 12), 20, classes, train, validation, test, size);

        // With room to spare: the classes are equally likely, not equally many.
        static DataSource Drawn(int perClass, long seed) =>
            new ShapesSource(new ShapesOptions { Count = 20 * (perClass + 40 + perClass / 2), Difficulty = 0.6 }, seed);
    }

    private static DataPlan Plan(DataSource train, DataSource test, int all, int classes, int labelled, int validation,
        int judge, int size)
    {
        return new DataPlan
        {
            Pool = Part(train),
            TestPool = Part(test).FirstOfEachClass(judge),
            Labelled = labelled,
            Validation = validation,
            PerClass = true,
            Fixed = true,
        };

        DataSource Part(DataSource whole)
        {
            var chosen = classes == all ? whole : whole.OfClasses([.. Enumerable.Range(0, classes)]);
            return size == 32 ? chosen : chosen.Resized(size);
        }
    }

    /// <summary>The teacher of a seed: labels alone.</summary>
    /// <param name="seed">The seed.</param>
    /// <returns>The run.</returns>
    public TrainNetwork TeacherRun(long seed) =>
        Run(Teacher, TeacherEpochs, seed) with { Role = Role.WeakTeacher };

    /// <summary>The student's network taught by labels alone; it is the ceiling of students who see no label.</summary>
    /// <param name="seed">The seed.</param>
    /// <returns>The run.</returns>
    public TrainNetwork Alone(long seed) => Run(Student, Epochs, seed);

    /// <summary>A student that sees the labels: with a teacher where the loss needs one, else by labels
    /// alone.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The run.</returns>
    public TrainNetwork WithLabels(Loss loss, long seed) =>
        Alone(seed) with { Loss = loss, Teacher = loss.NeedsTeacher ? TeacherRun(seed) : null };

    /// <summary>A student that sees its teacher and no label.</summary>
    /// <param name="loss">The loss; its weight of the labels is set to 0.</param>
    /// <param name="seed">The seed.</param>
    /// <returns>The run.</returns>
    public TrainNetwork TeacherOnly(DistillationLoss loss, long seed) =>
        Alone(seed) with { Loss = loss.TeacherOnly(), Teacher = TeacherRun(seed), WithLabels = false };

    /// <summary>Every method with labels, and some without, for each seed.</summary>
    /// <param name="withLabels">Losses of students that see the labels.</param>
    /// <param name="teacherOnly">Losses of students that see their teacher alone.</param>
    /// <param name="seeds">How many: 0, 1, …; three or more for a claim.</param>
    /// <returns>The runs, teachers and students alone among them.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="seeds"/> is not positive.</exception>
    public IReadOnlyList<TrainNetwork> Runs(IReadOnlyList<Loss> withLabels,
        IReadOnlyList<DistillationLoss> teacherOnly, int seeds)
    {
        ArgumentNullException.ThrowIfNull(withLabels);
        ArgumentNullException.ThrowIfNull(teacherOnly);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seeds);
        return [.. Enumerable.Range(0, seeds).SelectMany(seed => (IEnumerable<TrainNetwork>)
        [
            TeacherRun(seed), Alone(seed),
            .. withLabels.Select(loss => WithLabels(loss, seed)),
            .. teacherOnly.Select(loss => TeacherOnly(loss, seed)),
        ])];
    }

    private TrainNetwork Run(string network, int epochs, long seed) => new()
    {
        Scenario = "distillation",
        Data = Data,
        Network = new CatalogueNetwork(network) { Normalization = Data.Pool.Normalization },
        Seed = seed,
        BatchSize = BatchSize,
        Augmentation = Augmentation,
        Training = new TrainerOptions
        {
            Epochs = epochs,
            ReportEvery = 1000,
            Optimizer = new Sgd(LearningRate) { Nesterov = true, WeightDecay = 5e-4 },
            Schedule = new CosineSchedule
            { WarmUpEpochs = Math.Min(WarmUpEpochs, epochs), WarmUpStart = 0.1, Final = 0.01 },
        },
    };
}
