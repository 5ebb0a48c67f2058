using TorchSharp;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Models;
using W2S.Torch;
using static TorchSharp.torch;

namespace W2S.Training;

/// <summary>What is to be trained, on what, by which loss and teacher, and how.</summary>
/// <param name="Student">The network; the run changes it in place.</param>
/// <param name="Images">The images to learn from, with their labels.</param>
/// <param name="Loss">What is made small.</param>
public sealed record TrainingRun(ImageModel Student, ImageSet Images, Loss Loss)
{
    /// <summary>How the images are served. Device, workers' layout and channel order follow the run.</summary>
    /// <value>Batches of 128, shuffled, with the usual crop and flip.</value>
    public BatchOptions Batches { get; init; } = new() { Augmentation = Augmentation.Standard };

    /// <summary>The teacher: a network that is run inside every step, on the very views that the student sees. The run
    /// puts it into evaluation mode and onto its device and leaves it there.</summary>
    /// <value>Null: none.</value>
    public ImageModel? Teacher { get; init; }

    /// <summary>Whether the loss sees the images' labels; false leaves supervision to the teacher.</summary>
    /// <value>True.</value>
    public bool WithLabels { get; init; } = true;

    /// <summary>The truth of every image, for oracle controls; null where it is unknown.</summary>
    public IReadOnlyList<long>? TrueLabels { get; init; }

    /// <summary>A weight for every image; null counts all alike.</summary>
    public IReadOnlyList<float>? Weights { get; init; }

    /// <summary>A weight for every image's weak label, on top of <see cref="Weights"/>; null counts all
    /// alike.</summary>
    public IReadOnlyList<float>? TeacherWeights { get; init; }

    /// <summary>Makes the run train on few-shot tasks of the images' classes.</summary>
    /// <value>Null: on batches of the images.</value>
    public EpisodeTraining? Episodes { get; init; }

    /// <summary>How the student is judged between epochs: images, or for instance a
    /// <see cref="TaskValidation"/>.</summary>
    /// <value>Null: not at all.</value>
    public Validation? Validation { get; init; }

    /// <summary>A second judgement at the same times, reported as <c>watched</c>: nothing is chosen by it.</summary>
    /// <value>Null: none.</value>
    public Validation? Watched { get; init; }

    /// <summary>How the student is trained.</summary>
    public TrainerOptions Options { get; init; } = new();

    /// <exception cref="ArgumentException">Parts of the run do not fit together.</exception>
    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Student);
        ArgumentNullException.ThrowIfNull(Images);
        ArgumentNullException.ThrowIfNull(Loss);
        if (Episodes is not null && (Batches.Mixing is not null || TrueLabels is not null || Weights is not null
            || TeacherWeights is not null))
            throw new ArgumentException(
                "tasks are drawn from plain images and their classes alone; give no Mixing, TrueLabels, Weights or "
                + "TeacherWeights");
        if (Episodes is null && Images.Classes > Student.Classes)
            throw new ArgumentException(
                $"{Images.Name} has {Images.Classes} classes and {Student.ModelName} tells {Student.Classes} apart; "
                + $"give it a head for {Images.Classes} (ReplaceHead)");
        Validation?.Check(Student);
        Watched?.Check(Student);
        if (!WithLabels && Teacher is null)
            throw new ArgumentException("nothing supervises: give a Teacher, or leave WithLabels true");
        foreach (var (name, count) in ((string, int?)[])[(nameof(TrueLabels), TrueLabels?.Count),
            (nameof(Weights), Weights?.Count), (nameof(TeacherWeights), TeacherWeights?.Count)])
            if (count is { } rows && rows != Images.Count)
                throw new ArgumentException($"{name} has {rows} entries for {Images.Count} images; give one each");
            else if (count is not null && Batches.Mixing is not null)
                throw new ArgumentException(
                    $"{name} are given and Batches.Mixing is on, but a mixture of two images has none of its own; "
                    + $"train on the chosen images alone, without {name}");
        if (TrueLabels is not null) Checks.Labels(TrueLabels, Student.Classes, nameof(TrueLabels));
        if (Weights is not null) Checks.Weights(Weights, Images.Count, nameof(Weights));
        if (TeacherWeights is not null) Checks.Weights(TeacherWeights, Images.Count, nameof(TeacherWeights));
        if ((Options.Final == FinalWeights.Best || Options.Patience is not null) && Validation is null)
            throw new ArgumentException("the best weights and an early stop need Validation; give images to judge by");
        if (Loss.NeedsValidation && Validation is null)
            throw new ArgumentException(
                $"{Loss.Name} ends once the student beats its teacher on Validation, and there is none; give "
                + "Validation, images to judge by");
        if (ReferenceEquals(Teacher, Student))
            throw new ArgumentException(
                $"{Student.ModelName} cannot teach itself while it learns; give the teacher an object of its own");
        if (Teacher is { } teacher && Episodes is null && teacher.Classes != Student.Classes)
            throw new ArgumentException(
                $"the teacher tells {teacher.Classes} classes apart and the student {Student.Classes}; give both one "
                + "head size");
    }
}
