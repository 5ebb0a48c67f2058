using TorchSharp;
using W2S.Torch;

namespace W2S.Training;

/// <summary>What decides about a run's numbers, topic by topic, as texts that can be compared and shown.</summary>
internal static class RunIdentity
{
    public static Dictionary<string, string> Of(TrainingRun run, string layout) => new()
    {
        ["model"] =
            $"{run.Student.ModelName}, {run.Student.Classes} classes, parameters {Fingerprint.Of(layout.ToCharArray())}",
        ["images"] = $"{run.Images.Name}, {run.Images.Count} images, pixels {Fingerprint.Of(run.Images.Images)}",
        ["labels"] = run.WithLabels ? Fingerprint.Of(run.Images.Labels) : "none",
        ["batches"] =
            TeacherKey.Invariant(run.Batches with { Workers = 0, Prefetch = 1, Device = null, ChannelsLast = false }),
        ["loss"] = TeacherKey.Invariant(run.Loss),
        ["teacher"] = run.Teacher?.Identity ?? "none",
        ["true labels"] = run.TrueLabels is { } truth ? Fingerprint.Of(truth) : "none",
        ["weights"] = run.Weights is { } weights ? Fingerprint.Of(weights) : "none",
        ["teacher weights"] = run.TeacherWeights is { } trust ? Fingerprint.Of(trust) : "none",
        ["validation"] = run.Validation is { } held
            ? $"{held.Name}, {held.Count} images, pixels {Fingerprint.Of(held.Images)}, labels "
                + $"{Fingerprint.Of(held.Labels)}" : "none",
        ["options"] = TeacherKey.Invariant(new Text(run.Options)),
    };

    private sealed class Text(TrainerOptions options)
    {
        public override string ToString() => options.Identity;
    }
}
