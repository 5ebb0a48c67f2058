using System.Globalization;
using W2S.Losses;
using W2S.Torch;

namespace W2S.Training;

/// <summary>What decides about a run's numbers, topic by topic, as texts that can be compared and shown.</summary>
internal static class RunIdentity
{
    public static Dictionary<string, string> Of(TrainingRun run, string layout)
    {
        // What a record says of itself is to be the same under every culture.
        var culture = CultureInfo.CurrentCulture;
        using var after = new Ending(() => CultureInfo.CurrentCulture = culture);
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        return new()
        {
            ["model"] =
                $"{run.Student.ModelName}, {run.Student.Classes} classes, "
                    + $"parameters {Fingerprint.Of(layout.ToCharArray())}, input {run.Student.Normalization}",
            ["images"] = $"{run.Images.Name}, {run.Images.Count} images, pixels {Fingerprint.Of(run.Images.Images)}",
            ["labels"] = run.WithLabels ? Fingerprint.Of(run.Images.Labels) : "none",
            ["batches"] = run.Episodes is { } episodes ? $"{episodes}"
                : $"{run.Batches with { Workers = 0, Prefetch = 1, Device = null, ChannelsLast = false }}",
            ["loss"] = string.Join(", ", CodeOf(run.Loss).Prepend($"{run.Loss}")),
            ["teacher"] = run.Teacher is { } teacher
                ? $"{teacher.ModelName} {Fingerprint.Of(teacher)}, input {teacher.Normalization}" : "none",
            ["true labels"] = run.TrueLabels is { } truth ? Fingerprint.Of(truth) : "none",
            ["weights"] = run.Weights is { } weights ? Fingerprint.Of(weights) : "none",
            ["teacher weights"] = run.TeacherWeights is { } trust ? Fingerprint.Of(trust) : "none",
            ["validation"] = run.Validation?.Identity ?? "none",
            ["options"] = run.Options.Identity,
        };
    }

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
}
