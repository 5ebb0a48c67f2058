using W2S.Data;
using W2S.Data.Episodes;
using W2S.Models;
using W2S.Torch;

namespace W2S.Training;

/// <summary>How a run judges its student between epochs: by this the best weights, an early stop and losses that ask
/// for it go. A set of images is one: by the share of them that the student names right.</summary>
/// <param name="Images">The images that judge.</param>
/// <remarks>Derive a record from it to judge by a measure of one's own.</remarks>
public record Validation(ImageSet Images)
{
    /// <summary>Judges by the accuracy on a set.</summary>
    /// <param name="images">The images; null for no validation.</param>
    public static implicit operator Validation?(ImageSet? images) => images is null ? null : new Validation(images);

    /// <summary>Judges a network; whoever is larger is better.</summary>
    /// <param name="model">The student, or its teacher, in evaluation mode.</param>
    /// <param name="batch">Images at a time that the device's memory is known to hold.</param>
    /// <param name="token">Stops the pass.</param>
    /// <returns>0 … 1.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public virtual double Accuracy(ImageModel model, int batch, CancellationToken token) =>
        Evaluator.Evaluate(model, Images, batch, token).Top1;

    /// <summary>Whether a network can be judged so.</summary>
    /// <param name="model">The student.</param>
    /// <exception cref="ArgumentException">It cannot.</exception>
    protected internal virtual void Check(ImageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (Images.Classes > model.Classes)
            throw new ArgumentException(
                $"{Images.Name} has {Images.Classes} classes and {model.ModelName} tells {model.Classes} apart; "
                + "validate on the classes that are trained");
    }

    /// <summary>What decides about its numbers, as text.</summary>
    internal string Identity => $"{(GetType() == typeof(Validation) ? "" : $"{this}, ")}{Images.Name}, {Images.Count} "
        + $"images, pixels {Fingerprint.Of(Images.Images)}, labels {Fingerprint.Of(Images.Labels)}";
}

/// <summary>Judges a student's features by few-shot tasks, for instance of classes that it is not trained on.</summary>
/// <param name="Images">Images of those classes.</param>
/// <param name="Episode">The form of the tasks.</param>
/// <param name="Episodes">How many: 1 or more.</param>
/// <param name="Seed">Seed of the tasks.</param>
public sealed record TaskValidation(ImageSet Images, EpisodeOptions Episode, int Episodes = 200, long Seed = 0)
    : Validation(Images)
{
    /// <inheritdoc/>
    public override double Accuracy(ImageModel model, int batch, CancellationToken token)
    {
        using var seen = FeatureExtractor.Compute(model, Images, batch, token: token);
        return EpisodeScores.Of(seen.Features, new EpisodeSampler(Images, Episode, Seed), Episodes, token).Accuracy;
    }

    /// <inheritdoc/>
    protected internal override void Check(ImageModel model)
    {
        if (Episodes < 1)
            throw new ArgumentOutOfRangeException(nameof(Episodes), Episodes,
                $"{Episodes} tasks judge nothing; give 1 or more");
        _ = new EpisodeSampler(Images, Episode, Seed);
    }
}
