using TorchSharp;
using W2S.Data;
using W2S.Data.Batches;
using W2S.Data.Shapes;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Models;
using W2S.Torch;
using W2S.Training;

namespace W2S.Experiments;

/// <summary>How a network gets a representation from the embedded <c>shapes</c>, where no public weights are at
/// hand.</summary>
/// <remarks>The pictures it learns from are drawn apart from those of any task: it has seen none of the task's
/// images.</remarks>
[RunsOn(typeof(Trainer))]
public sealed record ShapesPretraining : NetworkSource
{
    /// <summary>A small network that saw few pictures, a few times.</summary>
    public static ShapesPretraining Weak { get; } = new()
    {
        Network = new CatalogueNetwork("resnet8"),
        Epochs = 3,
        Pictures = new() { Count = 1_000, Difficulty = 0.6 },
    };

    /// <summary>A deeper network that saw four times as many pictures, and more often.</summary>
    public static ShapesPretraining Strong { get; } = new()
    {
        Network = new CatalogueNetwork("resnet14"),
        Epochs = 5,
        Pictures = new() { Count = 4_000, Difficulty = 0.6 },
    };

    /// <summary>The small network, taught colours and nothing else.</summary>
    public static ShapesPretraining Colours { get; } = Specialist(ShapeLabels.Color);

    /// <summary>The small network, taught forms and nothing else.</summary>
    public static ShapesPretraining Forms { get; } = Specialist(ShapeLabels.Form);

    /// <summary>The network that learns, also one of your own.</summary>
    public required NetworkSource Network { get; init; }

    /// <summary>Passes over the pictures.</summary>
    public required int Epochs { get; init; }

    /// <summary>The pictures to learn from, and what their labels name.</summary>
    public required ShapesOptions Pictures { get; init; }

    /// <summary>Seed of the pictures, the first weights and the order.</summary>
    /// <value>1000.</value>
    public long Seed { get; init; } = 1_000;

    /// <inheritdoc/>
    public override string Title => Pictures.Labels switch
    {
        ShapeLabels.Color => $"shapes {Network.Title}, colours",
        ShapeLabels.Form => $"shapes {Network.Title}, forms",
        _ => $"shapes {Network.Title}",
    };

    /// <inheritdoc/>
    public override string Seen =>
        $"{Pictures.Count:N0} other pictures of shapes, labelled by {LabelledBy}, each {Epochs} times";

    private string LabelledBy => Pictures.Labels switch
    {
        ShapeLabels.Color => "colour",
        ShapeLabels.Form => "form",
        _ => "form and colour",
    };

    /// <summary>Trains the network.</summary>
    /// <param name="progress">Hears of every report.</param>
    /// <param name="token">Stops the training.</param>
    /// <returns>The network; the caller disposes it.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="token"/> was cancelled.</exception>
    public FrozenNetwork Train(IProgress<TrainingProgress>? progress = null, CancellationToken token = default)
    {
        using var pictures = ShapeImages.Create(Pictures, Seed);
        var model = Network.Create(pictures.Classes, Seed);
        try
        {
            Trainer.Train(new TrainingRun(model, pictures, new CrossEntropy())
            {
                Batches = new BatchOptions { Augmentation = Augmentation.None, Seed = Seed },
                Options = new TrainerOptions { Epochs = Epochs, Seed = Seed, ReportEvery = 5 },
            }, progress, token);
            token.ThrowIfCancellationRequested();
        }
        catch
        {
            model.Dispose();
            throw;
        }
        return new FrozenNetwork(Title, model, Seen);
    }

    /// <inheritdoc/>
    protected override ImageModel Make(int classes)
    {
        var model = Train().Model;
        model.ReplaceHead(classes);
        return model;
    }

    private static ShapesPretraining Specialist(ShapeLabels labels) =>
        Weak with { Pictures = Weak.Pictures with { Labels = labels }, Seed = 1_001 };
}
