using System.Text.Json;
using System.Text.Json.Serialization;
using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.WeakToStrong;

namespace W2S.Tests.Losses;

/// <summary>One case of a golden file: inputs, and what the original implementation made of them in float64.</summary>
internal sealed record GoldenCase(
    [property: JsonPropertyName("loss")] string Loss,
    [property: JsonPropertyName("params")] IReadOnlyDictionary<string, double> Params,
    [property: JsonPropertyName("student_logits")] double[][] StudentLogits,
    [property: JsonPropertyName("teacher_logits")] double[][] TeacherLogits,
    [property: JsonPropertyName("labels")] long[] Labels,
    [property: JsonPropertyName("losses")] IReadOnlyDictionary<string, double> Losses,
    [property: JsonPropertyName("total")] double Total,
    [property: JsonPropertyName("grad")] double[][] Grad)
{
    private static readonly JsonSerializerOptions Strict = new() { RespectRequiredConstructorParameters = true };

    public static GoldenCase[] Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<GoldenCase[]>(File.ReadAllText(file), Strict)!;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{file} is no array of golden cases: {error.Message}", error);
        }
    }

    public override string ToString() =>
        $"{Loss}({string.Join(", ", Params.Select(x => $"{x.Key}={x.Value}"))}) "
        + $"{StudentLogits.Length}×{StudentLogits[0].Length}";

    public double Epoch => Value("epoch", 0);

    public double Epochs => Value("epochs", 10);

    /// <summary>The library's loss with this case's options.</summary>
    public DistillationLoss ToLoss()
    {
        string[] known = ["gt_loss_weight", "kd_loss_weight", "kd_temperature", "superalignment_rate",
            "superalignment_threshold",
            "epoch", "epochs", "dkd_alpha", "dkd_beta", "dkd_temperature"];
        if (Params.Keys.FirstOrDefault(x => !known.Contains(x)) is { } unknown)
            throw new InvalidDataException($"parameter {unknown} is unknown");
        var temperature = Value("kd_temperature", 1);
        DistillationLoss loss = Loss switch
        {
            "KD" => new Kd { Temperature = temperature },
            "BKD" => new BinaryKd(),
            "AugConf" =>
                new AugConf
                {
                    Temperature = temperature,
                    Alpha = Value("superalignment_threshold", 0.5),
                    WarmUp = Value("superalignment_rate", 0.3)
                },
            "AdaptConf" =>
                new AdaptConf { Temperature = temperature, BetaTemperature = Value("superalignment_threshold", 0.5) },
            "DKD" => new Dkd
            {
                Alpha = Value("dkd_alpha", 1),
                Beta = Value("dkd_beta", 2),
                Temperature = Value("dkd_temperature", 1),
                Target = DkdTarget.Labels
            },
            _ => throw new InvalidDataException($"loss {Loss} is unknown"),
        };
        return loss with { LabelWeight = Value("gt_loss_weight", 1), DistillationWeight = Value("kd_loss_weight", 1) };
    }

    private double Value(string name, double otherwise) => Params.GetValueOrDefault(name, otherwise);
}
