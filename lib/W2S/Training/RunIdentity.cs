using System.Globalization;
using W2S.Losses;
using W2S.Torch;

namespace W2S.Training;

/// <summary>What decides about a run's numbers, topic by topic, as texts that can be compared and shown.</summary>
internal static class RunIdentity
{
    public static Dictionary<string, string> Of(TrainingRun run, string layout) => new()
    {
        ["model"] =
            $"{run.Student.ModelName}, {run.Student.Classes} classes, "
                + $"parameters {Fingerprint.Of(layout.ToCharArray())}, input {Text(run.Student.Normalization.ToString)}",
        ["images"] = $"{run.Images.Name}, {run.Images.Count} images, pixels {Fingerprint.Of(run.Images.Images)}",
        ["labels"] = run.WithLabels ? Fingerprint.Of(run.Images.Labels) : "none",
        ["batches"] = run.Episodes is { } episodes ? Text(episodes.ToString)
            : Text((run.Batches with { Workers = 0, Prefetch = 1, Device = null, ChannelsLast = false }).ToString),
        ["loss"] = string.Join(", ", CodeOf(run.Loss).Prepend(Text(run.Loss.ToString))),
        ["teacher"] = run.Teacher is { } teacher
            ? $"{teacher.ModelName} {Fingerprint.Of(teacher)}, input {Text(teacher.Normalization.ToString)}" : "none",
        ["true labels"] = run.TrueLabels is { } truth ? Fingerprint.Of(truth) : "none",
        ["weights"] = run.Weights is { } weights ? Fingerprint.Of(weights) : "none",
        ["teacher weights"] = run.TeacherWeights is { } trust ? Fingerprint.Of(trust) : "none",
        ["validation"] = run.Validation is { } held ? Text(() => held.Identity) : "none",
        ["options"] = Text(() => run.Options.Identity),
    };

    private static IReadOnlyCollection<string> CodeOf(Loss loss)
    {
        var code = new CodeIdentity();
        Add(loss);
        return code.Lines;

        void Add(Loss one)
        {
            code.Add(one.GetType());
            foreach (var inner in one.GetType().GetProperties().Where(
                property => property.PropertyType.IsAssignableTo(typeof(Loss))))
                if (inner.GetIndexParameters().Length == 0 && inner.GetMethod is { IsStatic: false }
                    && inner.GetValue(one) is Loss part) Add(part);
        }
    }

    /// <summary>What a record says of itself, the same under every culture.</summary>
    public static string Text(Func<string?> text)
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            return text()!;
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
