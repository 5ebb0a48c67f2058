using TorchSharp;
using W2S.Analysis;
using W2S.Data;
using W2S.Losses;
using W2S.Models;
using W2S.Models.Weights;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>A network trained whole on images: by labels, by a teacher that is another such run, or by both.</summary>
/// <remarks>
/// Teacher, scratch student and ceiling are runs like any other, made once and shared: the teacher and the scratch student are runs
/// without a <see cref="Teacher"/>, and the scratch student, who sees every true label, is the ceiling of the students who see none.
/// Runs of one seed share first weights, order and views of the images, so that methods are compared pair by pair. The weights kept
/// are those of the epoch that did best on validation images, which come from the training part; the test images choose nothing.
/// </remarks>
public sealed record DistillationExperiment : Experiment
{
    private const string Weights = "weights.safetensors", LogitsFile = "logits.safetensors";

    /// <summary>The images.</summary>
    public DistillationData Data { get; init; } = new();

    /// <summary>The network that is trained, by its name in <see cref="ModelCatalogue"/>.</summary>
    public required string Network { get; init; }

    /// <summary>The run whose network teaches.</summary>
    /// <value>Null: labels alone.</value>
    public DistillationExperiment? Teacher { get; init; }

    /// <summary>Whether the true labels of the training images are seen; false leaves supervision to the teacher.</summary>
    /// <value>True.</value>
    public bool WithLabels { get; init; } = true;

    /// <summary>The loss, with its weights: <c>TeacherOnly()</c> of it belongs to <see cref="WithLabels"/> = false.</summary>
    /// <value>Cross entropy to the labels.</value>
    public Loss Loss { get; init; } = new CrossEntropy();

    /// <summary>Images a batch.</summary>
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

    /// <summary>The loss's name; <c>Scratch</c> for labels alone, and <c>, teacher only</c> behind it where no label is seen.</summary>
    public override string Name => (Teacher, Loss) switch
    {
        (null, CrossEntropy { Smoothing: 0 }) => "Scratch",
        (not null, _) when !WithLabels => $"{Loss.Name}, teacher only",
        _ => Loss.Name,
    };

    /// <inheritdoc/>
    public override string Setting => $"{(Teacher is null ? Network : $"{Teacher.Network} → {Network}")}, {Data.Name}";

    /// <inheritdoc/>
    public override IReadOnlyList<Experiment> Needs => Teacher is null ? [] : [Teacher];

    /// <inheritdoc/>
    public override bool NeedsFiles => true;

    /// <summary>What a finished run says of the test images, in full.</summary>
    /// <param name="result">A run of this kind.</param>
    /// <returns>[N, C], owned by the current dispose scope.</returns>
    /// <exception cref="FileNotFoundException">It is a committed result, which has predictions and no logits.</exception>
    public static Tensor TestLogits(RunResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return SafeTensorsFile.Read(result.File(LogitsFile))["test"];
    }

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var images = Data.Load();
        var device = Devices.Best().Device;
        using var student = Create(Network, Seed);
        using var teacher = Teacher is null ? null : Create(Teacher.Network, Teacher.Seed);
        teacher?.LoadWeights(context.Of(Teacher!).File(Weights));
        var trained = Trainer.Train(new TrainingRun(student, images.Train, Loss)
        {
            Teacher = teacher is null ? null : TaughtBy(teacher),
            WithLabels = WithLabels,
            TrueLabels = Loss is AdaptConf { Rule: BetaRule.Oracle } ? images.Train.Labels : null,
            Validation = images.Validation,
            Batches = new BatchOptions { BatchSize = BatchSize, Augmentation = Augmentation, Normalization = Data.Normalization, Seed = Seed },
            Options = Training with { Seed = Seed, Folder = context.Folder, Device = device, Final = FinalWeights.Best },
        }, context.Progress, context.Token);
        context.Token.ThrowIfCancellationRequested();
        return Judge(context, student, images, trained);
    }

    private static Teacher TaughtBy(ImageModel model) => W2S.Training.Teacher.OnTheFly(model);

    private RunOutcome Judge(RunContext context, ImageModel student, DistillationImages images, TrainingResult trained)
    {
        using var scope = NewDisposeScope();
        var predictions = new Dictionary<string, SamplePredictions>();
        var logits = new Dictionary<string, Tensor>();
        foreach (var (set, part) in new[] { ("validation", images.Validation), ("test", images.Test) })
        {
            var seen = FeatureExtractor.Compute(student, part, Data.Normalization, token: context.Token);
            logits[set] = seen.Logits.cpu();
            predictions[set] = SamplePredictions.Of(logits[set], tensor(part.Labels.ToArray()));
            seen.Features.Dispose();
        }
        SafeTensorsFile.Write(Path.Combine(context.Kept, LogitsFile), logits);
        SafeTensorsFile.Write(Path.Combine(context.Kept, Weights), student.state_dict());
        var epochs = (double)trained.BestStep!.Value / trained.Steps * trained.History[^1].Epochs;
        var values = new Dictionary<string, double>
        {
            ["test accuracy"] = predictions["test"].Accuracy,
            ["test NLL"] = predictions["test"].MeanNll,
            ["validation accuracy"] = predictions["validation"].Accuracy,
            ["best epoch"] = Math.Round(epochs, 3),
        };
        if (Teacher is not null)
        {
            values["test agreement"] = predictions["test"].Agreement(context.Of(Teacher).Predictions("test"));
            var misfit = Misfit.Of(logits["test"], TestLogits(context.Of(Teacher)), tensor(images.Test.Labels.ToArray()));
            (values["misfit forward"], values["misfit reverse"], values["NLL gain"]) = (misfit.Forward, misfit.Reverse, misfit.Gain);
        }
        return new RunOutcome { Values = values, History = [.. trained.History.Where(point => point.Accuracies.ContainsKey("validation")).Select(Point)], Predictions = predictions };
    }

    private static RunPoint Point(TrainingProgress at)
    {
        var values = new Dictionary<string, double> { ["validation accuracy"] = at.Accuracies["validation"] };
        if (at.Accuracies.TryGetValue("train", out var train)) values["train accuracy"] = train;
        foreach (var (name, loss) in at.Losses) values[$"loss {name}"] = loss;
        foreach (var (name, mean) in at.Diagnostics) values[name] = mean;
        if (at.Agreement is { } agreement) values["agreement"] = agreement;
        return new RunPoint(at.Epoch, values);
    }

    private ImageModel Create(string network, long seed)
    {
        using var generator = get_rng_state();
        try
        {
            manual_seed(Seeds.Derive(seed, Seeds.Initialisation));
            return ModelCatalogue.Create(network, Data.Classes);
        }
        finally
        {
            set_rng_state(generator);
        }
    }
}
