using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Sources;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Models;
using W2S.Models.Weights;
using W2S.Runs;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments.Transfer;

/// <summary>How much of a pretrained network is trained on the new task.</summary>
public enum TransferDepth
{
    /// <summary>The new head alone, on features computed once.</summary>
    Head,

    /// <summary>The head and the last stage: the last group of blocks, for a transformer the last block.</summary>
    LastStage,

    /// <summary>Everything.</summary>
    Full,
}

/// <summary>A pretrained network that is adapted to a new task, by true labels, by a weaker teacher, or by
/// both.</summary>
/// <remarks>
/// Teacher, students, control and ceiling are runs of this one kind. Runs of one seed share the images' parts, the order
/// and the views. The weights kept are those of the epoch that did best on the validation part; the test part chooses
/// nothing.
/// </remarks>
[RunsOn(typeof(Trainer), typeof(ModelCatalogue))]
public sealed record TransferExperiment : Experiment
{
    /// <summary>The task's images: the teacher learns from the labelled part, its student from the other.</summary>
    public required DataPlan Data { get; init; }

    /// <summary>The network, by its name in <see cref="ModelCatalogue"/>.</summary>
    public required string Network { get; init; }

    /// <summary>A weight file inside the data folder, <c>.pth</c> or <c>.safetensors</c>; its head is
    /// replaced.</summary>
    /// <value>Null: the weights of <see cref="Source"/>, or random ones.</value>
    public string? Weights { get; init; }

    /// <summary>A run of the same network on another task, whose weights this one starts from.</summary>
    /// <value>Null.</value>
    public TransferExperiment? Source { get; init; }

    /// <summary>What turns bytes into the input that the network was pretrained with.</summary>
    /// <value>CIFAR-100's.</value>
    public Normalization Normalization { get; init; } = Normalization.Cifar100;

    /// <summary>How much of it is trained.</summary>
    /// <value>Everything.</value>
    public TransferDepth Depth { get; init; } = TransferDepth.Full;

    /// <summary>The run whose network teaches, on the unlabelled part.</summary>
    /// <value>Null: true labels alone.</value>
    public TransferExperiment? Teacher { get; init; }

    /// <summary>Whether a run without a teacher learns from the true labels of the unlabelled part, as a ceiling does;
    /// with a teacher, whether it sees them beside it.</summary>
    /// <value>False.</value>
    public bool UnlabelledTruth { get; init; }

    /// <summary>The loss; <c>TeacherOnly()</c> of it belongs to a teacher without labels.</summary>
    /// <value>Cross entropy to the labels.</value>
    public Loss Loss { get; init; } = new CrossEntropy();

    /// <summary>The number of images of a batch.</summary>
    /// <value>64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>How it is trained. Seed, folder, device, frozen parts and final weights are the run's own.</summary>
    public TrainerOptions Training { get; init; } = new()
    {
        Epochs = 8,
        ReportEvery = 1000,
        Optimizer = new Sgd(0.02) { Nesterov = true, WeightDecay = 5e-4 },
        Schedule = new CosineSchedule { WarmUpEpochs = 1, WarmUpStart = 0.1, Final = 0.01 },
    };

    /// <inheritdoc/>
    public override long Seed { get; init; }

    /// <inheritdoc/>
    public override string Kind => "transfer";

    /// <inheritdoc/>
    /// <remarks>A run without a teacher is the control with few true labels, or with <see cref="UnlabelledTruth"/> the
    /// ceiling, unless <see cref="Experiment.Role"/> says otherwise.</remarks>
    public override RunFacets Facets
    {
        get
        {
            var role = Role ?? (Teacher is not null ? Runs.Role.Student
                : UnlabelledTruth ? Runs.Role.Ceiling : Runs.Role.FewTrueLabels);
            return RunFacets.Of("transfer", Data.Title, role, Title(this), Teacher is null ? null : Title(Teacher),
                UnlabelledTruth, Loss.Name) with
            {
                Depth = role == Runs.Role.WeakTeacher ? null
                    : Depth switch { TransferDepth.Head => "head", TransferDepth.LastStage => "last stage", _ => "full" },
                Variant = Variant,
            };
        }
    }

    /// <inheritdoc/>
    public override double TestPerTrain => Data.TestPerTrain;

    /// <inheritdoc/>
    public override IReadOnlyList<Experiment> Needs => [.. new Experiment?[] { Source, Teacher }.OfType<Experiment>()];

    /// <inheritdoc/>
    public override bool NeedsFiles => true;

    /// <summary>What a finished run says of the test images, in full.</summary>
    /// <param name="result">A run of this kind.</param>
    /// <returns>[N, C], owned by the current dispose scope.</returns>
    /// <exception cref="FileNotFoundException">It is a committed result, which has predictions and no
    /// logits.</exception>
    public static Tensor TestLogits(RunResult result) => TrainedNetwork.TestLogits(result);

    /// <summary>The names of what stays as it is where only the last stage and the head are trained.</summary>
    /// <param name="model">The network.</param>
    /// <returns>Its modules and parameters before the last stage, in order.</returns>
    public static IReadOnlyList<string> BeforeLastStage(ImageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var groups = model.named_parameters().Select(parameter => Group(parameter.name)).Distinct().ToArray();
        var last = groups.LastOrDefault(IsBlock)
            ?? throw new ArgumentException(
                $"{model.ModelName} has no stages ('layer1', 'blocks.0', …), but {string.Join(", ", groups)}; train "
                + "its head or all of it", nameof(model));
        return [.. groups.TakeWhile(group => group != last)];

        static bool IsBlock(string group) =>
            group.StartsWith("layer", StringComparison.Ordinal)
                || group.StartsWith("blocks.", StringComparison.Ordinal);
        static string Group(string name) =>
            name.Split('.') switch { ["blocks", var block, ..] => $"blocks.{block}", var parts => parts[0] };
    }

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var data = Data.Open(Seed);
        var train = (Teacher is null && !UnlabelledTruth ? data.Labelled : data.Unlabelled).Images;
        using var student = Create(context, data.Classes);
        using var teacher = Teacher?.Load(context, data.Classes);
        var trained = Trainer.Train(new TrainingRun(student, train, Loss)
        {
            Teacher = teacher,
            WithLabels = Teacher is null || UnlabelledTruth,
            Validation = data.Validation.Images,
            Batches = new BatchOptions
            {
                BatchSize = BatchSize,
                Augmentation = Depth == TransferDepth.Head ? Augmentation.None : Augmentation.Standard,
                Seed = Seed
            },
            Options = Training with
            {
                Seed = Seed,
                Folder = context.Folder,
                Device = Devices.Best().Device,
                Final = FinalWeights.Best,
                FrozenBackbone = Depth == TransferDepth.Head,
                Frozen = Depth == TransferDepth.LastStage ? BeforeLastStage(student) : [],
            },
        }, context.Progress, context.Token);
        context.Token.ThrowIfCancellationRequested();
        var (values, predictions) = TrainedNetwork.Judge(context, student, data.Validation.Images, data.Test.Images,
            Teacher is null ? null : context.Of(Teacher));
        return new RunOutcome
        {
            Values = values,
            Predictions = predictions,
            History = [.. trained.History.Where(point => point.Accuracies.ContainsKey("validation"))
                .Select(point =>
                    new RunPoint(point.Epoch,
                        new Dictionary<string, double> { ["validation accuracy"] = point.Accuracies["validation"] }))],
        };
    }

    private ImageModel Create(RunContext context, int classes)
    {
        if (Weights is not null && Source is not null)
            throw new ArgumentException(
                $"both Weights {Weights} and Source {Source} are given; a network starts from one of them",
                nameof(Weights));
        var model = new CatalogueNetwork(Network) { Normalization = Normalization }.Create(classes, Seed);
        var file = Weights is not null ? DataFolder.Require(Weights)
            : Source is not null ? context.Of(Source).File(TrainedNetwork.Weights) : null;
        if (file is not null) model.LoadWeights(file, strict: true, HeadWeights.Keep);
        return model;
    }

    private ImageModel Load(RunContext context, int classes)
    {
        var model = new CatalogueNetwork(Network) { Normalization = Normalization }.Create(classes, Seed);
        model.LoadWeights(context.Of(this).File(TrainedNetwork.Weights));
        return model;
    }

    private static string Title(TransferExperiment run) => (run.Weights, run.Source) switch
    {
        ({ } file, _) => Path.GetFileNameWithoutExtension(file),
        (_, { } source) => $"{run.Network} of {source.Data.Title}",
        _ => $"{run.Network} from nothing",
    };
}
