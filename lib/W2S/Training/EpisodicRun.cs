using W2S.Data;
using W2S.Data.Episodes;
using W2S.Losses;
using W2S.Models;
using W2S.Torch;

namespace W2S.Training;

/// <summary>A few-shot teacher: it makes prototypes of its own from each task's support images.</summary>
/// <param name="Model">The network, put into evaluation mode for the run.</param>
/// <param name="Scale">The scale of its cosines, the one it has learned; 10 where it has learned none.</param>
public sealed record EpisodicTeacher(ImageModel Model, double Scale = 10);

/// <summary>What is to be trained on few-shot tasks, by which loss and teacher, and how.</summary>
/// <param name="Student">The network; the run changes its representation in place and leaves its classifier
/// alone.</param>
/// <param name="Images">Images of the base classes.</param>
/// <param name="Loss">What is made small, on the logits of each task's queries.</param>
public sealed record EpisodicRun(ImageModel Student, ImageSet Images, Loss Loss)
{
    /// <summary>The form of the tasks.</summary>
    /// <value>5 classes, 1 image of each to learn from, 15 to judge by.</value>
    public EpisodeOptions Episode { get; init; } = new();

    /// <summary>The teacher.</summary>
    /// <value>Null: none.</value>
    public EpisodicTeacher? Teacher { get; init; }

    /// <summary>Whether the loss sees the queries' labels.</summary>
    /// <value>True.</value>
    public bool WithLabels { get; init; } = true;

    /// <summary>Images of other classes; the epoch that does best on their tasks gives the final weights.</summary>
    /// <value>Null: the last epoch does.</value>
    public ImageSet? Validation { get; init; }

    /// <summary>How the student is trained.</summary>
    public EpisodicOptions Options { get; init; } = new();

    /// <exception cref="ArgumentException">Parts of the run do not fit together.</exception>
    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Student);
        ArgumentNullException.ThrowIfNull(Images);
        ArgumentNullException.ThrowIfNull(Loss);
        if (Teacher is not null && ReferenceEquals(Teacher.Model, Student))
            throw new ArgumentException(
                $"{Student.ModelName} cannot teach itself while it learns; give the teacher an object of its own");
        if (!WithLabels && Teacher is null)
            throw new ArgumentException("nothing supervises: give a Teacher, or leave WithLabels true");
    }

    /// <summary>What decides about the run's numbers, topic by topic.</summary>
    internal Dictionary<string, string> Identity(string layout) => new()
    {
        ["model"] = $"{Student.ModelName}, parameters {Fingerprint.Of(layout.ToCharArray())}",
        ["images"] =
            $"{Images.Name}, {Images.Count} images, pixels {Fingerprint.Of(Images.Images)}, labels "
            + $"{Fingerprint.Of(Images.Labels)}",
        ["episodes"] = $"{Episode}, input {RunIdentity.Text(Student.Normalization.ToString)}",
        ["loss"] = RunIdentity.Text(Loss.ToString),
        ["teacher"] = Teacher is null ? "none"
            : FormattableString.Invariant(
                $"{Teacher.Model.ModelName} {Fingerprint.Of(Teacher.Model)}, scale {Teacher.Scale:R}, input ")
                + RunIdentity.Text(Teacher.Model.Normalization.ToString),
        ["labels"] = $"{WithLabels}",
        ["validation"] = Validation is { } held
            ? $"{held.Name}, {held.Count} images, pixels {Fingerprint.Of(held.Images)}, labels "
                + $"{Fingerprint.Of(held.Labels)}" : "none",
        ["options"] = RunIdentity.Text(() => Options.Identity),
    };
}
