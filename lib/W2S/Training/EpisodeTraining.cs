using W2S.Data.Episodes;
using W2S.Torch;

namespace W2S.Training;

/// <summary>Makes a run train its student's representation on few-shot tasks of its images' classes: the meta stage of
/// Meta-Baseline, with a teacher if there is one.</summary>
/// <remarks>
/// Each update draws some tasks. The student makes a prototype of each class from the support images and classifies the
/// queries by s·cosine; the loss is computed on those logits, and s is learned. A teacher does the same with prototypes
/// and a scale of its own. The student's classifier takes no part and stays as it is, and images are seen as they are.
/// Chen et al., "Meta-Baseline", ICCV 2021, whose numbers are the defaults; distillation as in
/// ggjy/vision_weak_to_strong, where however the teacher's learned scale was left out.
/// </remarks>
public sealed record EpisodeTraining
{
    /// <summary>The name under which reports hold the scale, in <see cref="TrainingProgress.Diagnostics"/>.</summary>
    public const string ScaleName = "scale";

    /// <summary>The form of the tasks.</summary>
    /// <value>5 classes, 1 image of each to learn from, 15 to judge by.</value>
    public EpisodeOptions Episode { get; init; } = new();

    /// <summary>Updates an epoch.</summary>
    /// <value>200</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int UpdatesPerEpoch { get; init => field = Option.Positive(value); } = 200;

    /// <summary>Tasks an update.</summary>
    /// <value>4</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int TasksPerUpdate { get; init => field = Option.Positive(value); } = 4;

    /// <summary>The scale of the cosines at the start.</summary>
    /// <value>10</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public double Scale { get; init => field = Option.Positive(value); } = 10;

    /// <summary>The scale of the teacher's cosines: the one that it has learned.</summary>
    /// <value>10, for one that has learned none.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public double TeacherScale { get; init => field = Option.Positive(value); } = 10;
}
