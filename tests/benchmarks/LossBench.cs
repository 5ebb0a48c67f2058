using W2S.Losses;
using W2S.Losses.Distillation;
using W2S.Losses.WeakToStrong;
using W2S.Torch;

namespace W2S.Benchmarks;

/// <summary>What each loss costs beside plain KD, forward and backward, in alternating rounds.</summary>
internal static class LossBench
{
    public static int Run(string[] words)
    {
        var arguments = new Arguments("losses", words, ["json"], []);
        const int samples = 256, classes = 1_000;
        var threads = Devices.UseThreads();
        Loss[] losses = [new CrossEntropy(), new Kd(), new Dkd(), new AugConf(), new AdaptConf(),
            new AdaptConf { Temperature = 4 }, new AdaptConf().TeacherOnly()];
        Console.WriteLine(Machine.Here(threads));
        Console.WriteLine($"{samples} × {classes} logits, forward and backward; medians of 40 rounds beside KD\n");
        Console.WriteLine($"{"loss",-26}{"ms",8}{"KD, ms",9}{"ratio",8}   quartiles");
        var rows = losses.Select(loss =>
        {
            var name = loss switch
            {
                AdaptConf { LabelWeight: 0 } => "AdaptConf, teacher only",
                AdaptConf { Temperature: not 1 } adapt => $"AdaptConf, τ = {adapt.Temperature}",
                _ => loss.Name,
            };
            var cost = LossCost.Measure(loss, loss is AdaptConf { LabelWeight: 0 } ? new Kd().TeacherOnly() : new Kd(),
                samples, classes);
            Console.WriteLine(
                $"{name,-26}{cost.Milliseconds,8:F2}{cost.BaselineMilliseconds,9:F2}{cost.Ratio,8:F2}   "
                + $"{cost.RatioLow:F2} … {cost.RatioHigh:F2}");
            return new
            {
                name,
                cost.Milliseconds,
                cost.BaselineMilliseconds,
                cost.Ratio,
                cost.RatioLow,
                cost.RatioHigh,
                cost.Rounds,
                threads,
                samples,
                classes
            };
        }).ToArray();
        Results.Write(arguments.Text("json"), rows);
        return 0;
    }
}
