using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Episodes;
using W2S.Data.Views;
using W2S.Models;
using W2S.Runs;
using W2S.Torch;
using W2S.Training;

namespace W2S.Experiments.FewShot;

/// <summary>The classifier stage: the network learns to tell all base classes apart, with or without a teacher of the
/// same stage.</summary>
/// <remarks>Chen et al., "Meta-Baseline", ICCV 2021 (Classifier-Baseline); distillation as in
/// ggjy/vision_weak_to_strong.</remarks>
[RunsOn(typeof(FeatureExtractor), typeof(Trainer))]
internal sealed record ClassifierStage : FewShotStage
{
    /// <summary>The network, also one of your own.</summary>
    public required NetworkSource Network { get; init; }

    /// <summary>The number of images of a batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The learning rate over the run.</summary>
    /// <value>Divided by 10 after epoch 90.</value>
    public LearningRateSchedule Schedule { get; init; } = new StepSchedule { Every = 90 };

    /// <summary>How random views are made.</summary>
    /// <value>A random part enlarged, and a flip.</value>
    public Augmentation Augmentation { get; init; } = new() { ResizedCrop = new RandomResizedCrop(), Flip = true };

    /// <summary>Epochs between judgements on the validation classes.</summary>
    public required int JudgeEvery { get; init; }

    /// <inheritdoc/>
    public override string Kind => "few-shot-classifier";

    private protected override string Stage => "classifier stage";

    private protected override NetworkSource Learner => Network;

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        using var images = Images.Base.Read();
        using var held = Images.Validation.Read();
        using var unseen = Images.Unseen?.Read();
        using var student = Network.Create(images.Classes, Seed);
        using var teacher = Teacher?.Load(context, images);
        var result = Trainer.Train(new TrainingRun(student, images, Loss)
        {
            Batches = new BatchOptions { BatchSize = BatchSize, Seed = Seed, Augmentation = Augmentation },
            Teacher = teacher,
            Validation = new TaskValidation(held, new EpisodeOptions { Shots = 5 }, ValidationEpisodes, Seed: 1),
            Watched = unseen,
            Options = Training(context) with { Schedule = Schedule, EvaluateEvery = JudgeEvery },
        }, context.Progress, context.Token);
        context.Token.ThrowIfCancellationRequested();
        return Finish(context, student, result, teacher, "validation 5-shot");
    }
}
