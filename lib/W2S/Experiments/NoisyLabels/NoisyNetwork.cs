using TorchSharp;
using W2S.Analysis;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Noise;
using W2S.Data.Sources;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Losses.NoisyLabels;
using W2S.Losses.WeakToStrong;
using W2S.Models;
using W2S.Runs;
using W2S.Selection;
using W2S.Torch;
using W2S.Training;
using static TorchSharp.torch;

namespace W2S.Experiments.NoisyLabels;

/// <summary>A network trained whole on noisy labels, in one of two stages: the paper's noisy-label setting.</summary>
/// <remarks>
/// <para>First stage: all images, their noisy labels, cross entropy with mixup. Second stage (Sel-CL+): the images
/// whose labels the first stage's features confirm (<see cref="NeighbourSelection"/>), a new head, mixup, label
/// correction, and a teacher on top where there is one. The teacher is a first-stage network in evaluation mode, and
/// sees the mixed images as the student does.</para>
/// <para>Not as published: the first stage of Sel-CL is contrastive (queue of 10,000, similarity loss), this one is
/// supervised; and images to judge by decide nothing, where the reference takes its best epoch on them. Guo et al.,
/// arXiv 2402.03749, with ShikunLi/Sel-CL.</para>
/// </remarks>
[RunsOn(typeof(Trainer), typeof(ModelCatalogue))]
public sealed record NoisyNetwork : Experiment
{
    private const string File = "weights.safetensors";

    /// <summary>A name of <see cref="ModelCatalogue"/>, for instance <c>preactresnet34</c>.</summary>
    public required string Network { get; init; }

    /// <summary>The images, and the noise on the labels of those to train on.</summary>
    public required DataPlan Data { get; init; }

    /// <summary>The first stage that this second one goes on from; null where this is a first.</summary>
    public NoisyNetwork? First { get; init; }

    /// <summary>Which labels of the first stage the second keeps.</summary>
    /// <value>Sel-CL's 250 neighbours, the median class.</value>
    public NeighbourSelection Selection { get; init; } = new();

    /// <summary>The teacher, a first stage; null for none.</summary>
    public NoisyNetwork? Teacher { get; init; }

    /// <summary>What the teacher teaches in the second stage.</summary>
    /// <value>AdaptConf, T = 0.5, β rising over the first quarter.</value>
    public DistillationLoss Loss { get; init; } = new AdaptConf { WarmUp = 0.25 };

    /// <summary>How the network is trained; folder, device and seed are the run's.</summary>
    public TrainerOptions Options { get; init; } = FirstStage;

    /// <summary>The number of images of a batch.</summary>
    /// <value>128.</value>
    public int BatchSize { get; init; } = 128;

    /// <inheritdoc/>
    public override string Kind => "noisy-network";

    /// <inheritdoc/>
    /// <remarks>A first stage without a teacher is the strong network alone, unless <see cref="Experiment.Role"/> says
    /// otherwise.</remarks>
    public override RunFacets Facets => RunFacets.Of("noisy labels, whole networks", Data.Title,
        Role ?? (First is null && Teacher is null ? Runs.Role.StrongAlone : Runs.Role.Student), Network,
        Teacher?.Network, labels: true, (Teacher is null ? What : Loss).Name) with
    {
        Noise = Data.Noise?.Name,
        Labels = First is null ? null : NoisyMethod.Confirmed,
        Variant = Variant,
    };

    /// <inheritdoc/>
    public override double TestPerTrain => Data.TestPerTrain;

    /// <summary>Decides images, noise, first weights, order and views.</summary>
    public override long Seed { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Experiment> Needs => [.. new[] { First, Teacher }.OfType<NoisyNetwork>()];

    /// <inheritdoc/>
    public override bool NeedsFiles => true;

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

    /// <summary>250 epochs, SGD, rate 0.1 along a cosine (the reference drops it tenfold after 125 and 200), momentum
    /// 0.9, weight decay 1e-4.</summary>
    public static TrainerOptions FirstStage { get; } = new()
    {
        Epochs = 250,
        Optimizer = new Sgd(0.1) { WeightDecay = 1e-4 },
        EvaluateEvery = 5,
    };

    /// <summary>70 epochs, SGD, rate 1e-3 throughout, momentum 0.9, weight decay 1e-4.</summary>
    public static TrainerOptions SecondStage { get; } = new()
    {
        Epochs = 70,
        Optimizer = new Sgd(1e-3) { WeightDecay = 1e-4 },
        Schedule = new ConstantSchedule(),
        EvaluateEvery = 5,
    };

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var scope = NewDisposeScope();
        using var data = Data.Open(Seed);
        var device = Devices.Best().Device;
        var (images, test) = (data.Labelled.Images, data.Test.Images);
        using var student = ModelCatalogue.Create(Network, data.Classes, Seed);
        student.to(device);
        student.Normalization = Normalization;
        using var teacher = Teacher is null ? null : Load(context.Of(Teacher), data.Classes);
        var values = new Dictionary<string, double>();
        using var chosen = First is null ? null : Choose(context, student, data, values);
        var result = Trainer.Train(new TrainingRun(student, chosen ?? images, What)
        {
            Batches = new BatchOptions
            {
                BatchSize = BatchSize,
                Seed = Seed,
                Augmentation = Augmentation.Standard,
                Mixing = new MixOptions { Mixup = 1 }
            },
            Teacher = teacher,
            Validation = test, // a curve alone: the last weights are the result
            Options = Options with { Folder = context.Folder, Device = device, Seed = Seed },
        }, context.Progress, context.Token);
        context.Token.ThrowIfCancellationRequested();
        System.IO.File.Copy(Path.Combine(context.Folder, "last.safetensors"), Path.Combine(context.Kept, File),
            overwrite: true);
        using var seen = FeatureExtractor.Compute(student, test, token: context.Token);
        var predictions = SamplePredictions.Of(seen.Logits, tensor(data.Test.Truth.ToArray(), device: device));
        values["test accuracy"] = predictions.Accuracy;
        return new RunOutcome
        {
            Values = values,
            History = [.. result.History.Where(point => point.Accuracies.ContainsKey("validation")).Select(
                point => new RunPoint(point.Epoch,
                new Dictionary<string, double>(point.Losses) { ["test accuracy"] = point.Accuracies["validation"] }))],
            Predictions = new Dictionary<string, SamplePredictions> { ["test"] = predictions },
        };
    }

    private Normalization Normalization => Data.Pool.Normalization;

    private Loss What => (First, Teacher) switch
    {
        (null, null) => new CrossEntropy(),
        (null, _) => Loss,
        (_, null) => Bootstrapping.LabelCorrection,
        _ => new LabelsAndTeacher(Bootstrapping.LabelCorrection, Loss),
    };

    /// <summary>Loads the first stage into the student, selects by its features, gives it a new head, and returns the
    /// selected images.</summary>
    private ImageSet Choose(RunContext context, ImageModel student, DataParts data,
        Dictionary<string, double> values)
    {
        var split = data.Labelled;
        student.LoadWeights(context.Of(First!).File(File));
        using var seen = FeatureExtractor.Compute(student, split.Images, token: context.Token);
        var selected = Selection.Select(seen.Features, tensor(split.Given.ToArray(), device: seen.Features.device),
            data.Classes).Selected;
        var quality = SelectionQuality.Of(selected, split.Right);
        if (quality.Kept == 0)
            throw new InvalidOperationException(
                $"{Name}: the neighbours confirm no label; take a larger Quantile or other Neighbours");
        (values["selected"], values["selected right"]) = (quality.Coverage, quality.Accuracy);
        FirstWeights.Of(Seed, () =>
        {
            student.ReplaceHead(data.Classes);
            return student;
        }, "head");
        return split.Images.Subset([.. Enumerable.Range(0, selected.Count).Where(i => selected[i])]);
    }

    private ImageModel Load(RunResult run, int classes)
    {
        var model = ModelCatalogue.Create(Teacher!.Network, classes, Seed);
        model.Normalization = Normalization;
        model.LoadWeights(run.File(File));
        return model;
    }
}
