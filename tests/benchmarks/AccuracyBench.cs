using TorchSharp;
using W2S.Analysis;
using W2S.Data;
using W2S.Data.Views;
using W2S.Losses;
using W2S.Models;
using W2S.Training;

namespace W2S.Benchmarks;

/// <summary>Whether bf16 learns as well as fp32: pairs of runs that share first weights, order and views, judged on
/// held-out training images.</summary>
internal static class AccuracyBench
{
    public static int Run(string[] words)
    {
        var arguments =
            new Arguments("accuracy", words, ["model", "images", "held", "epochs", "seeds", "batch", "threads", "json"],
                []);
        var model = arguments.Text("model") ?? "resnet20";
        var (count, held, epochs) = (arguments.Number("images", 10_000), arguments.Number("held", 5_000),
            arguments.Number("epochs", 8));
        var (seeds, batch, threads) = (arguments.Number("seeds", 3), arguments.Number("batch", 128),
            arguments.UseThreads());
        var machine = Machine.Here(threads);
        Console.WriteLine(machine);
        Console.WriteLine(
            $"{model}, {epochs} epochs on a subset of {count:N0} of {Contenders.DataName}, top-1 on {held:N0} other "
            + $"images of it\n{"seed",4}{"fp32",9}{"bf16",9}{"difference",12}");
        using var all = Networks.Images(count + held);
        using var images = all.Subset([.. Enumerable.Range(0, count)]);
        using var validation = all.Subset([.. Enumerable.Range(count, all.Count - count)]);
        List<double> plain = [], narrow = [];
        for (var seed = 0; seed < seeds; seed++)
        {
            plain.Add(Accuracy(Precision.Float32));
            narrow.Add(Accuracy(Precision.BFloat16));
            Console.WriteLine(
                $"{seed,4}{plain[^1],9:P2}{narrow[^1],9:P2}{100 * (narrow[^1] - plain[^1]),+12:+0.00;−0.00}");

            double Accuracy(Precision precision)
            {
                _ = torch.manual_seed(seed);
                using var student = Networks.Make(model);
                var run = new TrainingRun(student, images, new CrossEntropy())
                {
                    Batches = new() { BatchSize = batch, Seed = seed, Augmentation = Augmentation.Standard },
                    Validation = validation,
                    Options = new()
                    {
                        Epochs = epochs,
                        EvaluateEvery = epochs,
                        Precision = precision,
                        Seed = seed,
                        Threads = threads
                    },
                };
                return Trainer.Train(run).LastAccuracy()!.Value;
            }
        }
        var difference = Statistics.OverSamples([.. narrow.Zip(plain, (a, b) => a - b)]);
        Console.WriteLine(
            $"\nbf16 − fp32 in points: {100 * difference.Mean:+0.00;−0.00} [{100 * difference.Low:+0.00;−0.00}, "
            + $"{100 * difference.High:+0.00;−0.00}] (95 %, {seeds} pairs)");
        Results.Write(arguments.Text("json"),
            new
            {
                machine,
                data = Contenders.DataName,
                model,
                count,
                held,
                epochs,
                batch,
                plain,
                narrow,
                difference.Mean,
                difference.Low,
                difference.High
            });
        return 0;
    }
}
