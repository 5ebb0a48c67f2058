using TorchSharp;
using W2S.Analysis;
using W2S.Data;
using W2S.Data.Episodes;
using W2S.Data.Sources;
using W2S.Losses;
using W2S.Models;
using W2S.Models.Weights;
using W2S.Runs;
using W2S.Torch;
using W2S.Training;

namespace W2S.Experiments.FewShot;

/// <summary>A stage of few-shot learning: it leaves a network, which is judged by tasks of novel classes.</summary>
/// <remarks>Validation classes choose the epoch; novel classes judge once, in the end.</remarks>
internal abstract record FewShotStage : Experiment
{
    private const string WeightsFile = "weights.safetensors";

    /// <summary>The images.</summary>
    public required ClassPlan Images { get; init; }

    /// <summary>The teacher's run; null for none.</summary>
    public FewShotStage? Teacher { get; init; }

    /// <summary>The loss that the student learns by.</summary>
    /// <value>Cross entropy to the labels.</value>
    public Loss Loss { get; init; } = new CrossEntropy();

    /// <summary>Passes over the base images, or over the tasks.</summary>
    public required int Epochs { get; init; }

    /// <summary>How the weights follow the gradient.</summary>
    public required Optimizer Optimizer { get; init; }

    /// <summary>Tasks of novel classes that judge.</summary>
    public required int Episodes { get; init; }

    /// <summary>Tasks of validation classes that choose the epoch.</summary>
    public required int ValidationEpisodes { get; init; }

    /// <summary>The runs that this one begins with.</summary>
    private protected virtual IEnumerable<FewShotStage?> Before => [Teacher];

    /// <inheritdoc/>
    /// <remarks>What those before it need belongs to it too, so that weights can be made again.</remarks>
    public sealed override IReadOnlyList<Experiment> Needs => [.. Before.OfType<FewShotStage>()
        .SelectMany(need => need.Needs.Append(need)).DistinctBy(need => need.Hash)];

    /// <inheritdoc/>
    /// <remarks>A run without a teacher is the strong network alone, unless <see cref="Experiment.Role"/> says
    /// otherwise.</remarks>
    public sealed override RunFacets Facets => RunFacets.Of("few-shot", Images.Title,
        Role ?? (Teacher is null ? Runs.Role.StrongAlone : Runs.Role.Student), Learner.Title, Teacher?.Learner.Title,
        labels: true, Loss.Name) with
    { Depth = Stage, Variant = Variant };

    /// <summary>0: every run is judged by the same tasks of classes of their own.</summary>
    public sealed override double TestPerTrain => 0;

    /// <summary>The stage's name.</summary>
    private protected abstract string Stage { get; }

    /// <summary>The network.</summary>
    private protected abstract NetworkSource Learner { get; }

    /// <inheritdoc/>
    public override long Seed { get; init; }

    /// <summary>The network that a finished run left; trained again where only the numbers were kept.</summary>
    /// <param name="context">The context of the run that needs it.</param>
    /// <param name="images">The base images.</param>
    /// <returns>In evaluation mode, owned by the caller.</returns>
    internal ImageModel Load(RunContext context, ImageSet images)
    {
        var run = context.Of(this);
        var kept = run.Kept is { } at && File.Exists(Path.Combine(at, WeightsFile)) ? run.File(WeightsFile) : null;
        if (kept is null)
        {
            // A committed result has no weights: they are made beside the run that asks, from the same seed.
            var (work, own) = (Path.Combine(context.Folder, Hash), Path.Combine(context.Folder, Hash, "kept"));
            kept = Path.Combine(own, WeightsFile);
            if (!File.Exists(kept))
            {
                Directory.CreateDirectory(own);
                Run(context with { Folder = work, Kept = own });
            }
        }
        var model = Learner.Create(images.Classes, Seed);
        model.LoadWeights(kept);
        model.eval();
        return model;
    }

    /// <summary>What both stages have in common.</summary>
    private protected TrainerOptions Training(RunContext context) => new()
    {
        Epochs = Epochs,
        Optimizer = Optimizer,
        Seed = Seed,
        Final = FinalWeights.Best,
        Device = Devices.Best().Device,
        Folder = Path.Combine(context.Folder, "training"),
    };

    /// <summary>Judges the network on novel classes, keeps it, and puts the numbers together.</summary>
    /// <param name="context">The run.</param>
    /// <param name="model">The network, with its best weights.</param>
    /// <param name="training">What its training left.</param>
    /// <param name="teacher">The teacher; null for none.</param>
    /// <param name="validation">What its accuracy on validation classes is called.</param>
    /// <param name="more">What else was measured.</param>
    internal RunOutcome Finish(RunContext context, ImageModel model, TrainingResult training,
        ImageModel? teacher, string validation, params (string Name, double Value)[] more)
    {
        using (torch.NewDisposeScope())
            SafeTensorsFile.Write(Path.Combine(context.Kept, WeightsFile), model.state_dict());
        var values = more.ToDictionary(entry => entry.Name, entry => entry.Value);
        values[validation] = training.BestAccuracy!.Value;
        values["best epoch"] = training.Best!.Epoch;
        values["base accuracy"] = training.LastAccuracy("train") ?? double.NaN;
        if (training.LastAccuracy("watched") is { } unseen) values["unseen base accuracy"] = unseen;
        using var novel = Images.Novel.Read();
        using var seen = FeatureExtractor.Compute(model, novel, token: context.Token);
        using var weak = teacher is null ? null : FeatureExtractor.Compute(teacher, novel, token: context.Token);
        var tasks = new Dictionary<string, IReadOnlyList<float>>();
        foreach (var shots in (int[])[1, 5])
        {
            // The same tasks for every method and seed: seed 0.
            var sampler = new EpisodeSampler(novel, new EpisodeOptions { Shots = shots }, seed: 0);
            var scores = EpisodeScores.Of(seen.Features, sampler, Episodes, context.Token);
            var estimate = Analysis.Statistics.OverSamples(scores.Accuracies);
            (values[$"{shots}-shot"], values[$"{shots}-shot low"],
                values[$"{shots}-shot high"]) = (estimate.Mean, estimate.Low, estimate.High);
            tasks[$"{shots}-shot"] = [.. scores.Accuracies.Select(accuracy => (float)accuracy)];
            if (weak is null) continue;
            values[$"{shots}-shot agreement"] =
                scores.Agreement(EpisodeScores.Of(weak.Features, sampler, Episodes, context.Token));
        }
        values["test accuracy"] = values["5-shot"];
        return new RunOutcome
        {
            Values = values,
            Tasks = tasks,
            History = [.. training.History.Where(point => point.Epoch == Math.Round(point.Epoch)).Select(
                point => RunPoint.Of(point, ("train", "base accuracy"), ("watched", "unseen base accuracy"),
                    ("validation", validation)))],
        };
    }
}
