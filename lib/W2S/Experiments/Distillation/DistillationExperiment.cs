using TorchSharp;
using W2S.Data.Batches;
using W2S.Data.Sources;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Losses.WeakToStrong;
using W2S.Models;
using W2S.Runs;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments.Distillation;

/// <summary>A network trained whole on images: by labels, by a teacher that is another such run, or by both.</summary>
/// <remarks>
/// Teacher, student alone and ceiling are runs like any other, made once and shared: the teacher and the student alone
/// are runs without a <see cref="Teacher"/>, and the student alone, who sees every true label, is the ceiling of the
/// students who see none. Runs of one seed share first weights, order and views of the images, so that methods
/// are compared pair by pair. The weights kept are those of the epoch that did best on validation images, which come
/// from the training part; the test images choose nothing.
/// </remarks>
[RunsOn(typeof(Trainer), typeof(ModelCatalogue))]
public sealed record DistillationExperiment : Experiment
{
    /// <summary>The images: a labelled part, one that chooses the epoch and one that judges.</summary>
    public required DataPlan Data { get; init; }

    /// <summary>The network that is trained, by its name in <see cref="ModelCatalogue"/>.</summary>
    public required string Network { get; init; }

    /// <summary>The run whose network teaches.</summary>
    /// <value>Null: labels alone.</value>
    public DistillationExperiment? Teacher { get; init; }

    /// <summary>Whether the true labels of the training images are seen; false leaves supervision to the
    /// teacher.</summary>
    /// <value>True.</value>
    public bool WithLabels { get; init; } = true;

    /// <summary>The loss, with its weights: <c>TeacherOnly()</c> of it belongs to <see cref="WithLabels"/> =
    /// false.</summary>
    /// <value>Cross entropy to the labels.</value>
    public Loss Loss { get; init; } = new CrossEntropy();

    /// <summary>The number of images of a batch.</summary>
    /// <value>64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>How views are made.</summary>
    /// <value>Crop with a margin of 4 pixels, and flip.</value>
    public Augmentation Augmentation { get; init; } = Augmentation.Standard;

    /// <summary>How it is trained. Seed, folder, device and final weights are the run's own.</summary>
    public TrainerOptions Training { get; init; } = new();

    /// <inheritdoc/>
    public override long Seed { get; init; }

    /// <inheritdoc/>
    public override string Kind => "distillation";

    /// <inheritdoc/>
    /// <remarks>A run without a teacher is the strong network alone, unless <see cref="Experiment.Role"/> says
    /// otherwise.</remarks>
    public override RunFacets Facets => RunFacets.Of("distillation", Data.Title,
        Role ?? (Teacher is null && Loss is CrossEntropy { Smoothing: 0 } ? Runs.Role.StrongAlone : Runs.Role.Student),
        Network, Teacher?.Network, WithLabels, Loss.Name) with
    { Variant = Variant };

    /// <inheritdoc/>
    public override double TestPerTrain => Data.TestPerTrain;

    /// <inheritdoc/>
    public override IReadOnlyList<Experiment> Needs => Teacher is null ? [] : [Teacher];

    /// <inheritdoc/>
    public override bool NeedsFiles => true;

    /// <summary>What a finished run says of the test images, in full.</summary>
    /// <param name="result">A run of this kind.</param>
    /// <returns>[N, C], owned by the current dispose scope.</returns>
    /// <exception cref="FileNotFoundException">It is a committed result, which has predictions and no
    /// logits.</exception>
    public static Tensor TestLogits(RunResult result) => TrainedNetwork.TestLogits(result);

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var data = Data.Open(Seed);
        var device = Devices.Best().Device;
        using var student = Create(data.Classes);
        using var teacher = Teacher?.Create(data.Classes);
        teacher?.LoadWeights(context.Of(Teacher!).File(TrainedNetwork.Weights));
        var trained = Trainer.Train(new TrainingRun(student, data.Labelled.Images, Loss)
        {
            Teacher = teacher,
            WithLabels = WithLabels,
            TrueLabels = Loss is AdaptConf { Rule: BetaRule.Oracle } ? data.Labelled.Truth : null,
            Validation = data.Validation.Images,
            Batches = new BatchOptions
            {
                BatchSize = BatchSize,
                Augmentation = Augmentation,
                Seed = Seed
            },
            Options = Training with
            { Seed = Seed, Folder = context.Folder, Device = device, Final = FinalWeights.Best },
        }, context.Progress, context.Token);
        context.Token.ThrowIfCancellationRequested();
        var (values, predictions) =
            TrainedNetwork.Judge(context, student, data.Validation.Images, data.Test.Images,
                Teacher is null ? null : context.Of(Teacher));
        values["best epoch"] =
            Math.Round((double)trained.BestStep!.Value / trained.Steps * trained.History[^1].Epochs, 3);
        return new RunOutcome
        {
            Values = values,
            History = [.. trained.History.Where(point => point.Accuracies.ContainsKey("validation")).Select(Point)],
            Predictions = predictions
        };
    }

    private ImageModel Create(int classes) =>
        new CatalogueNetwork(Network) { Normalization = Data.Pool.Normalization }.Create(classes, Seed);

    private static RunPoint Point(TrainingProgress at)
    {
        var values = new Dictionary<string, double> { ["validation accuracy"] = at.Accuracies["validation"] };
        if (at.Accuracies.TryGetValue("train", out var train)) values["train accuracy"] = train;
        foreach (var (name, loss) in at.Losses) values[$"loss {name}"] = loss;
        foreach (var (name, mean) in at.Diagnostics) values[name] = mean;
        if (at.Agreement is { } agreement) values["agreement"] = agreement;
        return new RunPoint(at.Epoch, values);
    }
}
