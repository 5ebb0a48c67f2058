using TorchSharp;
using W2S.Analysis;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Sources;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Models;
using W2S.Models.Weights;
using W2S.Runs;
using W2S.Selection;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments;

/// <summary>How much of a network is trained.</summary>
public enum TrainedDepth
{
    /// <summary>The head alone; the rest stays as it is.</summary>
    Head,

    /// <summary>The head and the last stage: the last group of blocks, for a transformer the last block.</summary>
    LastStage,

    /// <summary>Everything.</summary>
    Full,
}

/// <summary>A network trained on images: by labels, by a teacher that is another such run, or by both.</summary>
/// <remarks>
/// Weak teacher, strong network alone, taught student and ceiling are runs of this one kind, made once and shared. Runs
/// of one seed share the images' parts, first weights, order and views, so that methods are compared pair by pair. The
/// weights kept are those of the epoch that did best on the validation part, or the last ones where the plan has no
/// such part; the test part chooses nothing.
/// </remarks>
[RunsOn(typeof(FeatureExtractor), typeof(Trainer))]
public sealed record TrainNetwork : Experiment
{
    private const string WeightsFile = "weights.safetensors", LogitsFile = "logits.safetensors";

    /// <summary>The images: to learn from, to choose the epoch by, and to judge by.</summary>
    public required DataPlan Data { get; init; }

    /// <summary>The network, from nothing or pretrained.</summary>
    public required NetworkSource Network { get; init; }

    /// <summary>A run of the same network, on another task or in an earlier stage, whose weights but for the head this
    /// one starts from.</summary>
    /// <value>Null: the weights of <see cref="Network"/>.</value>
    public TrainNetwork? Start { get; init; }

    /// <summary>Which given labels are learned: those that an image's neighbours confirm, by the features of the
    /// weights that it starts from.</summary>
    /// <value>Null: all.</value>
    public NeighbourSelection? Selection { get; init; }

    /// <summary>The run whose network teaches.</summary>
    /// <value>Null: labels alone.</value>
    public TrainNetwork? Teacher { get; init; }

    /// <summary>Whether it learns from the unlabelled part of <see cref="Data"/>, as taught students and their ceiling
    /// do where the plan has one.</summary>
    /// <value>False: from the labelled part.</value>
    public bool FromUnlabelled { get; init; }

    /// <summary>Whether labels of the images that it learns from are seen, of the unlabelled part the true ones; false
    /// leaves supervision to the teacher.</summary>
    /// <value>True.</value>
    public bool WithLabels { get; init; } = true;

    /// <summary>The loss, with its weights: <c>TeacherOnly()</c> of it belongs to <see cref="WithLabels"/> =
    /// false.</summary>
    /// <value>Cross entropy to the labels.</value>
    public Loss Loss { get; init; } = new CrossEntropy();

    /// <summary>How much of the network is trained.</summary>
    /// <value>Null: everything, where depth is no question.</value>
    public TrainedDepth? Depth { get; init; }

    /// <summary>The number of images of a batch.</summary>
    /// <value>64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>How views are made; a head alone sees the images as they are.</summary>
    /// <value>Crop with a margin of 4 pixels, and flip.</value>
    public Augmentation Augmentation { get; init; } = Augmentation.Standard;

    /// <summary>How images of a batch are mixed; a teacher sees them as the student does.</summary>
    /// <value>Null: not at all.</value>
    public MixOptions? Mixing { get; init; }

    /// <summary>How it is trained. Seed, folder, device, frozen parts and final weights are the run's own.</summary>
    public TrainerOptions Training { get; init; } = new();

    /// <inheritdoc/>
    public override long Seed { get; init; }

    /// <inheritdoc/>
    public override string Kind => "network";

    /// <inheritdoc/>
    /// <remarks>Without a teacher it is the ceiling of students that learn from the unlabelled part, the control with
    /// few true labels where the plan has such a part, and else the strong network alone, unless
    /// <see cref="Experiment.Role"/> says otherwise.</remarks>
    public override RunFacets Facets
    {
        get
        {
            var role = Role ?? (Teacher is not null || Loss is not CrossEntropy { Smoothing: 0 } ? Runs.Role.Student
                : FromUnlabelled ? Runs.Role.Ceiling
                : Data.Unlabelled > 0 ? Runs.Role.FewTrueLabels : Runs.Role.StrongAlone);
            return RunFacets.Of(Scenario ?? "weak to strong", Data.Title, role, Title(this),
                Teacher is null ? null : Title(Teacher), WithLabels,
                (Loss as LabelsAndTeacher)?.Teacher.Name ?? Loss.Name) with
            {
                Labels = Selection is null ? null : "confirmed labels",
                Noise = Data.Noise?.Name,
                Depth = role == Runs.Role.WeakTeacher ? null : Depth switch
                {
                    TrainedDepth.Head => "head",
                    TrainedDepth.LastStage => "last stage",
                    TrainedDepth.Full => "full",
                    _ => null,
                },
                Variant = Variant,
            };
        }
    }

    /// <inheritdoc/>
    public override double TestPerTrain => Data.TestPerTrain;

    /// <inheritdoc/>
    public override IReadOnlyList<Experiment> Needs => [.. new Experiment?[] { Start, Teacher }.OfType<Experiment>()];

    /// <inheritdoc/>
    public override bool NeedsFiles => true;

    /// <summary>What a finished run says of the test images, in full.</summary>
    /// <param name="result">A run of this kind.</param>
    /// <returns>[N, C], owned by the current dispose scope.</returns>
    /// <exception cref="FileNotFoundException">It is a committed result, which has predictions and no
    /// logits.</exception>
    public static Tensor TestLogits(RunResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return SafeTensorsFile.Read(result.File(LogitsFile))["test"];
    }

    /// <summary>The names of what stays as it is where only the last stage and the head are trained.</summary>
    /// <param name="model">The network.</param>
    /// <returns>Its modules and parameters before the last stage, in order.</returns>
    /// <exception cref="ArgumentException">Its modules are not named as stages.</exception>
    internal static IReadOnlyList<string> BeforeLastStage(ImageModel model)
    {
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
        using var data = Data.Open(Seed);
        var part = FromUnlabelled ? data.Unlabelled : data.Labelled;
        using var student = Network.Create(data.Classes, Seed);
        if (Start is not null)
            student.LoadWeights(context.Of(Start).File(WeightsFile), keepHead: true);
        using var teacher = Teacher?.Network.Create(data.Classes, Teacher.Seed);
        teacher?.LoadWeights(context.Of(Teacher!).File(WeightsFile));
        var (device, validation) =
            (Devices.Best().Device, data.Validation.Count > 0 ? data.Validation.Images : null);
        var (selected, quality) = Select(student.to(device), part, data.Classes, context.Token);
        using var confirmed = selected is null ? null : part.Images.Subset(selected);
        var trained = Trainer.Train(new TrainingRun(student, confirmed ?? part.Images, Loss)
        {
            Teacher = teacher,
            WithLabels = WithLabels,
            TrueLabels = Loss is AdaptConf { Rule: BetaRule.Oracle } ? part.Truth : null,
            Validation = validation,
            Batches = new BatchOptions
            {
                BatchSize = BatchSize,
                Augmentation = Depth == TrainedDepth.Head ? Augmentation.None : Augmentation,
                Mixing = Mixing,
                Seed = Seed,
            },
            Options = Training with
            {
                Seed = Seed,
                Folder = context.Folder,
                Device = device,
                Final = validation is null ? FinalWeights.Last : FinalWeights.Best,
                FrozenBackbone = Depth == TrainedDepth.Head,
                Frozen = Depth == TrainedDepth.LastStage ? BeforeLastStage(student) : [],
            },
        }, context.Progress, context.Token);
        context.Token.ThrowIfCancellationRequested();
        var (values, predictions) = Judge(context, student, validation, data.Test.Images);
        if (trained.BestStep is { } best)
            values["best epoch"] = Math.Round((double)best / trained.Steps * trained.History[^1].Epochs, 3);
        if (quality is not null) (values["selected"], values["selected right"]) = (quality.Coverage, quality.Accuracy);
        return new RunOutcome
        {
            Values = values,
            History = [.. trained.History.Where(
                point => point.Accuracies.ContainsKey(validation is null ? "train" : "validation")).Select(
                point => RunPoint.Of(point, ("validation", "validation accuracy"), ("train", "train accuracy")))],
            Predictions = predictions,
        };
    }

    // Keeps weights and logits, and measures.
    private (Dictionary<string, double> Values, Dictionary<string, SamplePredictions> Predictions) Judge(
        RunContext context, ImageModel network, ImageSet? validation, ImageSet test)
    {
        using var scope = NewDisposeScope();
        var logits = new Dictionary<string, Tensor>();
        var predictions = new Dictionary<string, SamplePredictions>();
        if (validation is not null) See("validation", validation);
        See("test", test);
        SafeTensorsFile.Write(Path.Combine(context.Kept, LogitsFile), logits);
        SafeTensorsFile.Write(Path.Combine(context.Kept, WeightsFile), network.state_dict());
        var values = new Dictionary<string, double>
        {
            ["test accuracy"] = predictions["test"].Accuracy,
            ["test NLL"] = predictions["test"].MeanNll,
        };
        if (validation is not null) values["validation accuracy"] = predictions["validation"].Accuracy;
        if (Teacher is not null)
        {
            var teacher = context.Of(Teacher);
            var misfit = Misfit.Of(logits["test"], TestLogits(teacher), tensor(test.Labels.ToArray()));
            values["test agreement"] = predictions["test"].Agreement(teacher.Predictions("test"));
            (values["misfit forward"], values["misfit reverse"],
                values["NLL gain"]) = (misfit.Forward, misfit.Reverse, misfit.Gain);
        }
        return (values, predictions);

        void See(string set, ImageSet images)
        {
            var seen = FeatureExtractor.Compute(network, images, token: context.Token);
            logits[set] = seen.Logits.cpu();
            predictions[set] = SamplePredictions.Of(logits[set], tensor(images.Labels.ToArray()));
            seen.Features.Dispose();
        }
    }

    // An earlier stage on the same images adds nothing to what the network has seen.
    private static string Title(TrainNetwork run) => run.Start is not { } start ? run.Network.Title
        : start.Data == run.Data ? Title(start) : $"{run.Network.Title} of {start.Data.Title}";

    private (int[]? Rows, SelectionQuality? Quality) Select(ImageModel student, DataPart part, int classes,
        CancellationToken token)
    {
        if (Selection is null) return (null, null);
        using var scope = NewDisposeScope();
        using var seen = FeatureExtractor.Compute(student, part.Images, token: token);
        var (rows, quality) = LabelJudge.Confirm(Selection, seen.Features,
            tensor(part.Given.ToArray(), device: seen.Features.device), part, classes, Name);
        return ([.. rows.Select(row => (int)row)], quality);
    }
}
