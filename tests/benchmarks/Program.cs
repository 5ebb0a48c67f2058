using System.Text.Json;
using W2S;
using W2S.Losses;
using W2S.Training;

// `./w2s bench losses [--json FILE]`: what each loss costs beside plain KD, forward and backward, in alternating rounds.
string? json = null;
switch (args)
{
    case ["losses"]: break;
    case ["losses", "--json", var file]: json = file; break;
    default:
        Console.Error.WriteLine($"w2s: bench does not know '{string.Join(' ', args)}'; give losses [--json FILE]");
        return 2;
}

const int samples = 256, classes = 1_000;
var threads = Devices.UseThreads();
Loss[] losses = [new CrossEntropy(), new Kd(), new Dkd(), new AugConf(), new AdaptConf(), new AdaptConf { Temperature = 4 }, new AdaptConf().TeacherOnly()];
Console.WriteLine($"{TorchRuntime.Versions}");
Console.WriteLine($"{samples} × {classes} logits, forward and backward, {threads} threads; medians of 40 rounds beside KD\n");
Console.WriteLine($"{"loss",-26}{"ms",8}{"KD, ms",9}{"ratio",8}   quartiles");
var rows = losses.Select(loss =>
{
    var name = loss switch
    {
        AdaptConf { LabelWeight: 0 } => "AdaptConf, teacher only",
        AdaptConf { Temperature: not 1 } adapt => $"AdaptConf, τ = {adapt.Temperature}",
        _ => loss.Name,
    };
    var cost = LossCost.Measure(loss, loss is AdaptConf { LabelWeight: 0 } ? new Kd().TeacherOnly() : new Kd(), samples, classes);
    Console.WriteLine($"{name,-26}{cost.Milliseconds,8:F2}{cost.BaselineMilliseconds,9:F2}{cost.Ratio,8:F2}   {cost.RatioLow:F2} … {cost.RatioHigh:F2}");
    return new { name, cost.Milliseconds, cost.BaselineMilliseconds, cost.Ratio, cost.RatioLow, cost.RatioHigh, cost.Rounds, threads, samples, classes };
}).ToArray();
if (json is not null)
{
    File.WriteAllText(json, JsonSerializer.Serialize(rows, JsonSerializerOptions.Web));
}
return 0;
