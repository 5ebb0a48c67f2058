using W2S.Data;
using W2S.Data.Episodes;
using W2S.Models;
using W2S.Runs;
using W2S.Torch;
using W2S.Training;

namespace W2S.Experiments.FewShot;

/// <summary>The meta stage: from the weights of a classifier stage the network goes on learning on 5-way 1-shot tasks
/// of the base classes.</summary>
/// <remarks>
/// Chen et al., "Meta-Baseline", ICCV 2021; distillation as in ggjy/vision_weak_to_strong with two things put right:
/// the student begins from its own method's classifier stage, and the teacher's logits carry the scale that the teacher
/// has learned.
/// </remarks>
[RunsOn(typeof(FeatureExtractor), typeof(Trainer))]
internal sealed record MetaStage : FewShotStage
{
    /// <summary>The run whose weights are the beginning.</summary>
    public required ClassifierStage Start { get; init; }

    /// <summary>Updates an epoch.</summary>
    public required int UpdatesPerEpoch { get; init; }

    /// <summary>Tasks an update.</summary>
    public required int EpisodesPerUpdate { get; init; }

    /// <inheritdoc/>
    public override string Kind => "few-shot-meta";

    private protected override string Stage => "meta stage";

    private protected override NetworkSource Learner => Start.Network;

    private protected override IEnumerable<FewShotStage?> Before => [Start, Teacher];

    /// <inheritdoc/>
    protected internal override RunOutcome Run(RunContext context)
    {
        using var images = Images.Base.Read();
        using var validation = Images.Validation.Read();
        using var student = Start.Load(context, images);
        using var teacher = Teacher?.Load(context, images);
        var result = Trainer.Train(new TrainingRun(student, images, Loss)
        {
            Episodes = new EpisodeTraining
            {
                UpdatesPerEpoch = UpdatesPerEpoch,
                TasksPerUpdate = EpisodesPerUpdate,
                // A teacher of the classifier stage has not learned one.
                TeacherScale = Teacher is null ? 10 : context.Of(Teacher).Outcome.Values.GetValueOrDefault("scale", 10),
            },
            Teacher = teacher,
            Validation = new TaskValidation(validation, new EpisodeOptions(), ValidationEpisodes, Seed),
            Options = Training(context) with { Schedule = new ConstantSchedule(), ReportEvery = UpdatesPerEpoch },
        }, context.Progress, context.Token);
        context.Token.ThrowIfCancellationRequested();
        return Finish(context, student, result, teacher, "validation 1-shot",
            ("scale", result.Best!.Diagnostics[EpisodeTraining.ScaleName]));
    }
}
