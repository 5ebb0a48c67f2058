using W2S.Data.Sources;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.WeakToStrong;
using W2S.Models;
using W2S.Runs;
using W2S.Training;

namespace W2S.Experiments.FewShot;

/// <summary>A comparison of methods for few-shot learning: a weak teacher and strong students in both stages, over
/// seeds.</summary>
/// <remarks>Temperatures, warm-up and the paper's numbers of epochs are those of ggjy/vision_weak_to_strong.</remarks>
public sealed record FewShotStudy
{
    /// <summary>A setting for two CPU cores: narrow networks, images of 32 pixels, few epochs.</summary>
    public static FewShotStudy Small { get; } = new();

    /// <summary>A setting of seconds, on drawn images; a wider Conv4 stands for the strong network.</summary>
    public static FewShotStudy Quick { get; } = new()
    {
        Images = ClassPlan.Shapes(20),
        Weak = new FewShotNetwork(4, 16) { Normalization = Normalization.Centered },
        Strong = new FewShotNetwork(4, 32) { Normalization = Normalization.Centered },
        TeacherEpochs = 4,
        MetaEpochs = 1,
        MetaUpdates = 3,
        ValidationEpisodes = 50,
        JudgeEvery = 4,
    };

    /// <summary>Trained base stages on CIFAR-FS, hours on two CPU cores: teacher and students see 150 images of each
    /// class 24 times.</summary>
    /// <remarks>T is 1 in both stages, where AdaptConf's β is not ½ almost everywhere.</remarks>
    public static FewShotStudy Trained { get; } = new()
    {
        Images = ClassPlan.CifarFs(perClass: 150),
        TeacherEpochs = 24,
        Epochs = 24,
        BatchSize = 64,
        MetaEpochs = 4,
        MetaUpdates = 50,
        BetaTemperature = 1,
        MetaBetaTemperature = 1,
        JudgeEvery = 2,
        Seeds = [0, 1, 2, 3],
    };

    /// <summary>The published setting, for a GPU: 80 pixels, ResNet-12 teaches ResNet-36, 100 epochs and 20 × 200 × 4
    /// tasks.</summary>
    public static FewShotStudy Paper { get; } = new()
    {
        Images = ClassPlan.MiniImageNet(80),
        Weak = new FewShotNetwork(12) { Side = 80 },
        Strong = new FewShotNetwork(36) { Side = 80 },
        TeacherEpochs = 100,
        Epochs = 100,
        BatchSize = 128,
        LearningRate = 0.1,
        Published = true,
        MetaEpochs = 20,
        MetaUpdates = 200,
        MetaEpisodes = 4,
        MetaLearningRate = 1e-3,
        Episodes = 800,
        JudgeEvery = 5,
    };

    /// <summary>The images.</summary>
    /// <value>30 of each class of miniImageNet at 32 pixels.</value>
    public ClassPlan Images { get; init; } = ClassPlan.MiniImageNet(perClass: 30);

    /// <summary>The weak teacher's network, also one of your own.</summary>
    /// <value>Conv4 of 16 channels.</value>
    public NetworkSource Weak { get; init; } = new FewShotNetwork(4, 16);

    /// <summary>The strong students' network, also one of your own.</summary>
    /// <value>ResNet-12 of 16 to 128 channels.</value>
    public NetworkSource Strong { get; init; } = new FewShotNetwork(12, 16);

    /// <summary>Seeds; each has a teacher and students of its own.</summary>
    /// <value>0, 1, 2</value>
    public IReadOnlyList<long> Seeds { get; init; } = [0, 1, 2];

    /// <summary>Passes of the teacher over the base images.</summary>
    /// <value>8</value>
    public int TeacherEpochs { get; init; } = 8;

    /// <summary>Passes of the students.</summary>
    /// <value>4</value>
    public int Epochs { get; init; } = 4;

    /// <summary>The number of images of a batch.</summary>
    /// <value>16</value>
    public int BatchSize { get; init; } = 16;

    /// <summary>Learning rate of the classifier stage.</summary>
    /// <value>0.05</value>
    public double LearningRate { get; init; } = 0.05;

    /// <summary>Whether optimizer, schedule and augmentation are those of the public code; else Nesterov, cosine, and
    /// crop with flip, which learn more in few epochs.</summary>
    /// <value>False</value>
    public bool Published { get; init; }

    /// <summary>Epochs of the meta stage.</summary>
    /// <value>2</value>
    public int MetaEpochs { get; init; } = 2;

    /// <summary>Updates an epoch of the meta stage.</summary>
    /// <value>8</value>
    public int MetaUpdates { get; init; } = 8;

    /// <summary>Tasks an update of the meta stage.</summary>
    /// <value>2</value>
    public int MetaEpisodes { get; init; } = 2;

    /// <summary>Learning rate of the meta stage.</summary>
    /// <value>0.005</value>
    public double MetaLearningRate { get; init; } = 0.005;

    /// <summary>Tasks of novel classes that judge.</summary>
    /// <value>600</value>
    public int Episodes { get; init; } = 600;

    /// <summary>Tasks of validation classes that choose the epoch.</summary>
    /// <value>200</value>
    public int ValidationEpisodes { get; init; } = 200;

    /// <summary>Epochs of the classifier stage between judgements on the validation classes.</summary>
    /// <value>1</value>
    public int JudgeEvery { get; init; } = 1;

    /// <summary>τ of all distillation.</summary>
    /// <value>10, as published</value>
    public double Temperature { get; init; } = 10;

    /// <summary>AdaptConf's T in the classifier stage.</summary>
    /// <value>8, as published</value>
    public double BetaTemperature { get; init; } = 8;

    /// <summary>AdaptConf's T in the meta stage.</summary>
    /// <value>0.25, as published</value>
    public double MetaBetaTemperature { get; init; } = 0.25;

    /// <summary>Share of the run over which AdaptConf's β and AugConf's α rise from 0.</summary>
    /// <value>0.25, as published</value>
    public double WarmUp { get; init; } = 0.25;

    /// <summary>The losses by which students learn from a teacher and labels, in the classifier stage.</summary>
    public IReadOnlyList<DistillationLoss> Losses => LossesAt(BetaTemperature);

    /// <summary>The teacher's classifier stage.</summary>
    /// <param name="seed">The seed.</param>
    /// <returns>The run's record.</returns>
    internal ClassifierStage Teacher(long seed) =>
        Stage(Weak, seed, TeacherEpochs) with { Role = Role.WeakTeacher };

    /// <summary>The teacher's meta stage, which teaches the students' meta stage.</summary>
    /// <param name="seed">The seed.</param>
    /// <returns>The run's record.</returns>
    internal MetaStage MetaTeacher(long seed) =>
        Tasks(Teacher(seed), null, seed, new CrossEntropy()) with { Role = Role.WeakTeacher };

    /// <summary>The classifier stages of a seed's students: without a teacher, then one for each of
    /// <see cref="Losses"/>.</summary>
    /// <param name="seed">The seed.</param>
    /// <returns>The runs' records.</returns>
    internal IReadOnlyList<ClassifierStage> Classifiers(long seed)
    {
        var alone = Stage(Strong, seed, Epochs);
        return [alone, .. Losses.Select(loss => alone with { Loss = loss, Teacher = Teacher(seed) })];
    }

    /// <summary>The meta stages of a seed's students, each from its own classifier stage.</summary>
    /// <param name="seed">The seed.</param>
    /// <returns>The runs' records, in the order of <see cref="Classifiers"/>.</returns>
    internal IReadOnlyList<MetaStage> Metas(long seed)
    {
        var classifiers = Classifiers(seed);
        return [Tasks(classifiers[0], null, seed, new CrossEntropy()),
            .. LossesAt(MetaBetaTemperature).Zip(classifiers.Skip(1),
                (loss, start) => Tasks(start, MetaTeacher(seed), seed, loss))];
    }

    /// <summary>Every run of the classifier stage, teachers included.</summary>
    public IReadOnlyList<Experiment> ClassifierRuns =>
        [.. Seeds.SelectMany(seed => Classifiers(seed).Prepend(Teacher(seed)))];

    /// <summary>Every run of the meta stage, teachers included.</summary>
    public IReadOnlyList<Experiment> MetaRuns =>
        [.. Seeds.SelectMany(seed => Metas(seed).Prepend(MetaTeacher(seed)))];

    private DistillationLoss[] LossesAt(double t) =>
    [
        new Kd { Temperature = Temperature },
        new AugConf { Temperature = Temperature, WarmUp = WarmUp },
        new AdaptConf { Temperature = Temperature, BetaTemperature = t, WarmUp = WarmUp },
    ];

    private ClassifierStage Stage(NetworkSource network, long seed, int epochs)
    {
        var stage = new ClassifierStage
        {
            Images = Images,
            Network = network,
            Seed = seed,
            Epochs = epochs,
            BatchSize = BatchSize,
            Optimizer = new Sgd(LearningRate) { Nesterov = !Published, WeightDecay = 5e-4 },
            Episodes = Episodes,
            ValidationEpisodes = ValidationEpisodes,
            JudgeEvery = JudgeEvery,
        };
        return Published ? stage
            : stage with { Schedule = new CosineSchedule(), Augmentation = Augmentation.Standard };
    }

    private MetaStage Tasks(ClassifierStage start, FewShotStage? teacher, long seed, Loss loss) => new()
    {
        Images = Images,
        Start = start,
        Teacher = teacher,
        Seed = seed,
        Loss = loss,
        Epochs = MetaEpochs,
        UpdatesPerEpoch = MetaUpdates,
        EpisodesPerUpdate = MetaEpisodes,
        Optimizer = new Sgd(MetaLearningRate) { WeightDecay = 5e-4 },
        Episodes = Episodes,
        ValidationEpisodes = ValidationEpisodes,
    };
}
